/** What a flag takes. `switch` and `strings` as in Go's pflag: a switch needs no value, strings add up. */
export type FlagKind = "text" | "int" | "uint" | "duration" | "switch" | "strings";

/** A flag of daprd (https://docs.dapr.io/reference/arguments-annotations-overview/). */
export interface Flag {
  readonly name: string;
  readonly kind: FlagKind;
  readonly otherwise: string;
  readonly help: string;
  /** Why it changes nothing here; absent where it does. */
  readonly idle?: string;
}

const NO_ACTORS = "there are no actors, workflows and jobs here";
const NO_GRPC = "there is no gRPC API here yet";
const NO_METRICS = "there are no metrics here";
const NO_MTLS = "there is no control plane and no mTLS here";

/** Every flag of daprd 1.18, in its order. */
export const FLAGS: readonly Flag[] = [
  flag("actors-disseminate-timeout", "duration", "30s", "time-out of actor placement", NO_ACTORS),
  flag("allowed-origins", "text", "", "origins of web pages that may call", "web pages are refused here"),
  flag("app-channel-address", "text", "127.0.0.1", "address that the app listens on"),
  flag("app-health-check-path", "text", "/healthz", "path of the app's health checks"),
  flag("app-health-probe-interval", "int", "5", "seconds between health checks of the app"),
  flag("app-health-probe-timeout", "int", "500", "milliseconds that a health check may take"),
  flag("app-health-threshold", "int", "3", "failures after which the app is unhealthy"),
  flag("app-id", "text", "", "id of the app: its name to other apps, and the prefix of its state"),
  flag("app-max-concurrency", "int", "-1", "requests that the app gets at once; -1 = no limit"),
  flag("app-port", "text", "", "port that the app listens on"),
  flag("app-protocol", "text", "http", "protocol of the app: http"),
  flag("build-info", "switch", "false", "print what this is made of"),
  flag("config", "strings", "", "a Configuration file; may be given several times"),
  flag("control-plane-address", "text", "", "address of a control plane", NO_MTLS),
  flag("control-plane-namespace", "text", "default", "namespace of the control plane", NO_MTLS),
  flag("control-plane-trust-domain", "text", "localhost", "trust domain of the control plane", NO_MTLS),
  flag(
    "dapr-block-shutdown-duration",
    "duration",
    "",
    "keep serving for so long once it is asked to end, or until the app is unhealthy",
  ),
  flag("dapr-graceful-shutdown-seconds", "int", "5", "seconds that the end may take"),
  flag("dapr-grpc-port", "text", "50001", "port of the gRPC API", NO_GRPC),
  flag("dapr-http-port", "text", "3500", "port of the HTTP API"),
  flag(
    "dapr-internal-grpc-listen-address",
    "text",
    "",
    "address for calls of other sidecars, which are HTTP here; none = 127.0.0.1",
  ),
  flag("dapr-internal-grpc-port", "text", "", "port for calls of other sidecars; none = chosen"),
  flag("dapr-listen-addresses", "text", "", "addresses of the API, separated by commas; none = all"),
  flag("dapr-public-listen-address", "text", "", "address of the public health and metadata"),
  flag("dapr-public-port", "text", "", "port of the public health and metadata"),
  flag(
    "disable-builtin-k8s-secret-store",
    "switch",
    "false",
    "no secrets of Kubernetes",
    "there are none here",
  ),
  flag("disable-init-endpoints", "strings", "", "what the app is not asked at the start: config, subscribe"),
  flag("enable-api-logging", "switch", "false", "log each call of the API"),
  flag("enable-app-health-check", "switch", "false", "ask the app whether it is healthy"),
  flag("enable-metrics", "switch", "true", "Prometheus metrics", NO_METRICS),
  flag("enable-mtls", "switch", "false", "mTLS between sidecars", NO_MTLS),
  flag("enable-profiling", "switch", "false", "profiling", "Node has its own: --cpu-prof"),
  flag("log-as-json", "switch", "false", "log JSON"),
  flag("log-file", "text", "", "write the log into this file"),
  flag("log-level", "text", "info", "debug, info, warn, error or fatal"),
  flag("max-body-size", "text", "4Mi", "the largest body of a request"),
  flag("metrics-listen-address", "text", "0.0.0.0", "address of the metrics", NO_METRICS),
  flag("metrics-port", "text", "9090", "port of the metrics", NO_METRICS),
  flag("mode", "text", "standalone", "standalone"),
  flag("placement-host-address", "text", "", "addresses of actor placement", NO_ACTORS),
  flag("profile-port", "text", "7777", "port of profiling", "Node has its own: --cpu-prof"),
  flag("read-buffer-size", "text", "4Ki", "the largest headers of a request"),
  flag(
    "resources-path",
    "strings",
    "",
    "folder of components and other resources; may be given several times",
  ),
  flag("components-path", "strings", "", "the same, by its old name"),
  flag("scheduler-host-address", "strings", "", "addresses of the scheduler", NO_ACTORS),
  flag("scheduler-job-streams", "uint", "3", "streams of jobs", NO_ACTORS),
  flag("sentry-address", "text", "", "address of the certificate authority", NO_MTLS),
  flag("sentry-request-jwt-audiences", "strings", "", "audiences of certificate requests", NO_MTLS),
  flag("unix-domain-socket", "text", "", "folder of a socket to listen on, instead of ports"),
  flag("version", "switch", "false", "print the version"),
  flag("wait", "switch", "false", "end once a sidecar on the HTTP port is ready"),
  flag("hot-reload-reconcile-interval", "duration", "60s", "", "changes of files are seen at once here"),
  flag(
    "app-binding-options-timeout",
    "duration",
    "3s",
    "",
    "the app is not asked about bindings with OPTIONS here",
  ),
];

function flag(name: string, kind: FlagKind, otherwise: string, help: string, idle?: string): Flag {
  return { name, kind, otherwise, help, ...(idle === undefined ? {} : { idle }) };
}

/** The help, in the form of daprd's. */
export function usage(): string {
  const words: Readonly<Record<FlagKind, string>> = {
    text: " string",
    int: " int",
    uint: " uint",
    duration: " duration",
    switch: "",
    strings: " strings",
  };
  const rows = FLAGS.filter(({ help }) => help !== "").map(({ name, kind, otherwise, help, idle }) => {
    const isDefault = otherwise === "" || otherwise === "false";
    const shown = kind === "text" ? JSON.stringify(otherwise) : otherwise;
    const nothing = idle === undefined ? "" : ` (changes nothing: ${idle})`;
    return [
      `      --${name}${words[kind]}`,
      `${help}${isDefault ? "" : ` (default ${shown})`}${nothing}`,
    ] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `${left.padEnd(width)}   ${right}`);
  return `Usage of agents sidecar:\n${lines.join("\n")}\n`;
}
