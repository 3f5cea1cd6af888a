import type { Metadata } from "../components/metadata.ts";

/** Which Redis a component is on, as the metadata of Dapr's Redis components says it. */
export interface RedisSettings {
  /** `redis://user:password@host:port/db`. */
  readonly url: string;
  /** As it is shown: no password in it. */
  readonly address: string;
  readonly tls: {
    readonly rejectUnauthorized: boolean;
    readonly cert?: string;
    readonly key?: string;
  } | null;
  readonly connectTimeoutMs: number;
}

const UNSUPPORTED = ["failover", "useEntraID", "useAzureAD"];

/** @throws Error for metadata that cannot be read, and for what the embedded sidecar does not do (a cluster, Sentinel) */
export function redisSettings(metadata: Metadata): RedisSettings {
  const asked = UNSUPPORTED.find((name) => metadata.flag(name));
  if (asked !== undefined) throw new Error(`${asked} is not supported by the embedded sidecar: use daprd`);
  const type = metadata.text("redisType") || "node";
  const host = metadata.text("redisHost");
  if (type !== "node" || host.includes(","))
    throw new Error("a Redis cluster is not supported by the embedded sidecar: use daprd");
  if (host === "") throw new Error("redisHost is not set");
  const address = withPort(host, metadata.integer("redisPort", 0));
  const isSecure = metadata.flag("enableTLS");
  const url = new URL(`${isSecure ? "rediss" : "redis"}://${address}`);
  url.username = encodeURIComponent(metadata.text("redisUsername"));
  url.password = encodeURIComponent(metadata.text("redisPassword"));
  const database = metadata.integer("redisDB", 0);
  if (database !== 0) url.pathname = `/${database}`;
  const cert = metadata.text("clientCert");
  const key = metadata.text("clientKey");
  return {
    url: url.href,
    address,
    tls: isSecure
      ? {
          rejectUnauthorized: !metadata.flag("insecureSkipTLSVerify"),
          ...(cert === "" ? {} : { cert }),
          ...(key === "" ? {} : { key }),
        }
      : null,
    connectTimeoutMs: metadata.durationMs("dialTimeout", 5_000),
  };
}

/** A port stands in the host, or beside it; both is an error where they differ. */
function withPort(host: string, port: number): string {
  const there = /:(\d+)$/u.exec(host)?.[1];
  if (there === undefined) return `${host}:${port === 0 ? 6379 : port}`;
  if (port !== 0 && Number(there) !== port)
    throw new Error(`redis host "${host}" already contains port ${there}, but redisPort is set to ${port}`);
  return host;
}
