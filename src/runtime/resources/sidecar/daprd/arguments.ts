/** What a daprd is started with. All ports are planned by the caller: none is left to daprd, whose defaults collide. */
export interface DaprdSettings {
  readonly appId: string;
  /** The gate's port; null for a sidecar without an app, which only publishes. */
  readonly appPort: number | null;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly internalGrpcPort: number;
  /** Null: no metrics are served. */
  readonly metricsPort: number | null;
  /** Folders of resources, ours first. */
  readonly resourcesPaths: readonly string[];
  /** Configuration files; a later one wins, key by key. */
  readonly configs: readonly string[];
  readonly logLevel: "debug" | "info" | "warn" | "error";
  /** How long it waits for deliveries in flight when it is asked to stop. */
  readonly gracefulShutdownSeconds: number;
}

/** The flags of a daprd that listens on loopback only, serves no actors and no workflows, and logs JSON. */
export function daprdArguments(settings: DaprdSettings): readonly string[] {
  const { appPort, metricsPort } = settings;
  const flags: [name: string, value: string][] = [
    ["app-id", settings.appId],
    ["dapr-listen-addresses", "127.0.0.1"],
    ["dapr-http-port", String(settings.httpPort)],
    ["dapr-grpc-port", String(settings.grpcPort)],
    ["dapr-internal-grpc-port", String(settings.internalGrpcPort)],
    ["dapr-internal-grpc-listen-address", "127.0.0.1"],
    ...(appPort === null
      ? []
      : ([
          ["app-port", String(appPort)],
          ["app-protocol", "http"],
          ["app-channel-address", "127.0.0.1"],
        ] satisfies [string, string][])),
    ...settings.resourcesPaths.map((path): [string, string] => ["resources-path", path]),
    ...settings.configs.map((file): [string, string] => ["config", file]),
    ["dapr-graceful-shutdown-seconds", String(settings.gracefulShutdownSeconds)],
    ["log-level", settings.logLevel],
  ];
  return [
    ...flags.flatMap(([name, value]) => [`--${name}`, value]),
    "--log-as-json",
    ...(metricsPort === null
      ? ["--enable-metrics=false"]
      : ["--metrics-port", String(metricsPort), "--metrics-listen-address", "127.0.0.1"]),
  ];
}

/** What a daprd's environment is made of. */
export interface DaprdEnvironmentInput {
  /** Of `agents up` itself: secret stores read it, and so does `$NAME` in a Configuration. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** Secrets that the generated components refer to, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What callers of its API must send; null = nothing. */
  readonly apiToken: string | null;
  /** What it sends to the app; null = nothing. */
  readonly appToken: string | null;
}

/** The environment of a daprd. What another sidecar left in ours (`DAPR_*`) is not meant for it. */
export function daprdEnvironment(input: DaprdEnvironmentInput): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.inherited)) {
    if (value !== undefined && !name.startsWith("DAPR_") && name !== "APP_API_TOKEN") env[name] = value;
  }
  Object.assign(env, input.secrets);
  // Registered in name resolution: without it, other sidecars are given an address of a network card.
  env["DAPR_HOST_IP"] = "127.0.0.1";
  if (input.apiToken !== null) env["DAPR_API_TOKEN"] = input.apiToken;
  if (input.appToken !== null) env["APP_API_TOKEN"] = input.appToken;
  return env;
}
