import { isOn, type ParsedFlags } from "./parse-flags.ts";
import { goDuration } from "../resources/sidecar/embedded/publish/publish-metadata.ts";

/** What a sidecar of its own is to be, as its flags say; checked. */
export interface StandaloneSettings {
  readonly appId: string;
  /** Null: there is no app, it only answers. */
  readonly appPort: number | null;
  readonly appAddress: string;
  /** Null: no limit. */
  readonly maxConcurrency: number | null;
  readonly httpPort: number;
  /** Empty: all. */
  readonly addresses: readonly string[];
  /** Path of the socket that it listens on, instead of the port. */
  readonly socket: string | null;
  readonly publicPort: number | null;
  readonly publicAddress: string;
  /** Where other sidecars call; port 0 = chosen. */
  readonly internal: { readonly address: string; readonly port: number };
  readonly resources: readonly string[];
  readonly configs: readonly string[];
  readonly health: HealthSettings | null;
  readonly gracefulMs: number;
  /** Null: it does not wait with its end. */
  readonly blockMs: number | null;
  readonly maxBodyBytes: number;
  readonly maxHeaderBytes: number;
  readonly logCalls: boolean;
  /** The app is not asked for its subscriptions. */
  readonly skipSubscribe: boolean;
  readonly skipConfig: boolean;
}

export interface HealthSettings {
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly threshold: number;
}

/** A size that is none: daprd says so before anything else. */
export class QuantityError extends Error {
  override readonly name = "QuantityError";
}

/** Reads and checks; what is wrong is an Error in the words of daprd. */
export function standaloneSettings(flags: ParsedFlags): StandaloneSettings {
  const appId = flags.text("app-id");
  if (appId === "") throw new Error("parameter app-id cannot be empty");
  if (appId.includes(".")) throw new Error("parameter app-id cannot contain dots");
  if (flags.text("mode") !== "standalone") throw new Error(modeProblem(flags.text("mode")));
  const httpPort = port(flags, "dapr-http-port", "dapr-http-port flag") ?? 0;
  const appPort = port(flags, "app-port", "app-port");
  const publicPort = port(flags, "dapr-public-port", "dapr-public-port");
  if (appPort !== null && appPort === httpPort)
    throw new Error(`the 'dapr-http-port' argument value ${httpPort} conflicts with 'app-port'`);
  const grpcPort = port(flags, "dapr-grpc-port", "dapr-grpc-port flag");
  if (appPort !== null && appPort === grpcPort)
    throw new Error(`the 'dapr-grpc-port' argument value ${grpcPort} conflicts with 'app-port'`);
  const protocol = flags.text("app-protocol").toLowerCase();
  if (protocol !== "http") throw new Error(protocolProblem(protocol));
  const concurrency = Number(flags.text("app-max-concurrency"));
  const block = flags.text("dapr-block-shutdown-duration");
  const socket = flags.text("unix-domain-socket");
  return {
    appId,
    appPort,
    appAddress: flags.text("app-channel-address") || "127.0.0.1",
    maxConcurrency: concurrency > 0 ? concurrency : null,
    httpPort,
    addresses: flags
      .text("dapr-listen-addresses")
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== ""),
    socket: socket === "" ? null : `${socket}/dapr-${appId}-http.socket`,
    publicPort,
    publicAddress: flags.text("dapr-public-listen-address"),
    internal: {
      address: flags.text("dapr-internal-grpc-listen-address") || "127.0.0.1",
      port: port(flags, "dapr-internal-grpc-port", "dapr-internal-grpc-port") ?? 0,
    },
    resources: [...flags.list("resources-path"), ...flags.list("components-path")],
    configs: flags.list("config"),
    health: isOn(flags.text("enable-app-health-check")) ? health(flags) : null,
    gracefulMs: Math.max(0, Number(flags.text("dapr-graceful-shutdown-seconds"))) * 1000,
    blockMs: block === "" ? null : (goDuration(block) ?? 0),
    maxBodyBytes: quantity("max-body-size", flags.text("max-body-size")),
    maxHeaderBytes: quantity("read-buffer-size", flags.text("read-buffer-size")),
    logCalls: isOn(flags.text("enable-api-logging")),
    skipSubscribe: flags.list("disable-init-endpoints").includes("subscribe"),
    skipConfig: flags.list("disable-init-endpoints").includes("config"),
  };
}

function health(flags: ParsedFlags): HealthSettings {
  const seconds = Number(flags.text("app-health-probe-interval"));
  const timeoutMs = Number(flags.text("app-health-probe-timeout"));
  const threshold = Number(flags.text("app-health-threshold"));
  const path = flags.text("app-health-check-path");
  const intervalMs = seconds > 0 ? seconds * 1000 : 5000;
  if (timeoutMs > intervalMs)
    throw new Error("value for 'health-probe-timeout' must be smaller than 'health-probe-interval'");
  return {
    path: path.startsWith("/") ? path : `/${path}`,
    intervalMs,
    timeoutMs: timeoutMs > 0 ? timeoutMs : 500,
    threshold: threshold > 0 ? threshold : 3,
  };
}

/** Null where it is not given. */
function port(flags: ParsedFlags, name: string, called: string): number | null {
  const text = flags.text(name);
  if (text === "") return null;
  if (!/^[+-]?\d+$/u.test(text))
    throw new Error(`error parsing ${called}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["k", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["Ki", 1024],
  ["Mi", 1024 ** 2],
  ["Gi", 1024 ** 3],
]);

/** A Kubernetes resource quantity: `4Mi`, `16k`, `1048576`. */
function quantity(name: string, text: string): number {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)(\w*)$/u.exec(text) ?? [];
  const factor = UNITS.get(unit);
  if (amount === "" || factor === undefined)
    throw new QuantityError(
      `invalid value for '${name}' option: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
    );
  return Math.round(Number(amount) * factor);
}

function modeProblem(mode: string): string {
  return mode === "kubernetes"
    ? "invalid mode: kubernetes; in Kubernetes Dapr's own injector starts a real daprd"
    : `invalid mode: ${mode}`;
}

function protocolProblem(protocol: string): string {
  return ["https", "h2c", "grpc", "grpcs"].includes(protocol)
    ? `invalid app-protocol: ${protocol}; the embedded sidecar speaks http to its app, the others need a real daprd`
    : `invalid value for 'app-protocol': ${protocol}`;
}
