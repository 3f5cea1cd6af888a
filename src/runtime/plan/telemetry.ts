type Env = Readonly<Record<string, string | undefined>>;

/** Where spans are sent. */
export interface SpanTarget {
  /** The endpoint as the environment names it. */
  readonly endpoint: URL;
  /** The whole address for OTLP over HTTP. */
  readonly url: string;
  readonly protocol: "grpc" | "http/protobuf" | "http/json";
}

const SIGNALS = ["TRACES", "METRICS", "LOGS"] as const;

/** Whether some telemetry is sent: an endpoint is named, by OpenTelemetry's own variables, and nobody has switched it off. */
export function isTelemetryOn(env: Env): boolean {
  if (isDisabled(env)) return false;
  return ["", ...SIGNALS.map((signal) => `${signal}_`)].some((of) =>
    Boolean(env[`OTEL_EXPORTER_OTLP_${of}ENDPOINT`]),
  );
}

/** Where spans go; null where they go nowhere, or nowhere that can be told from the environment. */
export function spanTarget(env: Env): SpanTarget | null {
  if (isDisabled(env) || env["OTEL_TRACES_EXPORTER"]?.trim() === "none") return null;
  const own = env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
  const named = own || env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  if (!named || !URL.canParse(named)) return null;
  const endpoint = new URL(named);
  if (endpoint.protocol !== "http:" && endpoint.protocol !== "https:") return null;
  const protocol = env["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] || env["OTEL_EXPORTER_OTLP_PROTOCOL"];
  return {
    endpoint,
    url: own ? named : `${named.replace(/\/+$/, "")}/v1/traces`,
    protocol: protocol === "grpc" || protocol === "http/json" ? protocol : "http/protobuf",
  };
}

/** Who sends it, as a resource of OpenTelemetry's names it. */
export interface Sender {
  /** Name of the service. */
  readonly service: string;
  readonly project: string;
  readonly runId: string;
}

/** On the screen of a developer what was just done should be seen; the SDKs' own choices are made for production. */
const SOON = {
  OTEL_BSP_SCHEDULE_DELAY: "1000",
  OTEL_BLRP_SCHEDULE_DELAY: "1000",
  OTEL_METRIC_EXPORT_INTERVAL: "10000",
};

/**
 * What a process is told beside the variables that it inherits. Names are its own: one that was inherited would be that of
 * all.
 *
 * @param own what was said for this process alone, which goes before.
 */
export function senderEnvironment(
  { service, project, runId }: Sender,
  inherited: Env,
  own: Env = {},
): Record<string, string> {
  const said = own["OTEL_RESOURCE_ATTRIBUTES"] ?? inherited["OTEL_RESOURCE_ATTRIBUTES"] ?? "";
  const names = new Set(said.split(",").map((pair) => pair.split("=")[0]?.trim()));
  const known = [
    ["service.namespace", project],
    ["service.instance.id", `${service}.${runId}`],
    ["agents.run.id", runId],
  ] as const;
  const added = known
    .filter(([name]) => !names.has(name))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const delays = Object.entries(SOON).filter(([name]) => !own[name] && !inherited[name]);
  return {
    ...Object.fromEntries(delays),
    OTEL_SERVICE_NAME: own["OTEL_SERVICE_NAME"] || service,
    OTEL_RESOURCE_ATTRIBUTES: [...(said === "" ? [] : [said]), ...added].join(","),
  };
}

/** Of OpenTelemetry's variables those that mean something inside a container: it cannot see the files of this machine. */
export function telemetryVariables(env: Env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith("OTEL_") && !/_(?:CERTIFICATE|CLIENT_KEY)$/u.test(name) && value !== undefined
        ? [[name, value]]
        : [],
    ),
  );
}

function isDisabled(env: Env): boolean {
  return env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true";
}
