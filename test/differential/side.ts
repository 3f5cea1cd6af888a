import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLI } from "../helpers/cli.ts";
import { freePort } from "../helpers/free-port.ts";
import { call, type Owner, type Reply } from "../runtime/sidecar/kit.ts";
import { DAPRD } from "../runtime/daprd/kit.ts";
import { startDifferentialApp, type DifferentialApp, type Got } from "./app.ts";
import type { Delivery, Place, Side, World } from "./check.ts";

export type Kind = Side["kind"];

/** The command of a kind, up to its flags. */
export function commandOf(kind: Kind): readonly [string, ...string[]] {
  return kind === "daprd" ? [DAPRD] : [process.execPath, CLI, "sidecar"];
}

/** The environment without what tap and another sidecar put there. */
export function cleanEnv(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  for (const name of Object.keys(env)) if (/^(?:DAPR_|TAP|APP_API_TOKEN)/u.test(name)) delete env[name];
  return { ...env, DAPR_HOST_IP: "127.0.0.1", XDG_STATE_HOME: stateHome(), ...extra };
}

let home: string | null = null;

/** Where sidecars find each other: not among those of the user. */
function stateHome(): string {
  if (home !== null) return home;
  const made = mkdtempSync(join(tmpdir(), "agents-state-home-"));
  process.once("exit", () => rmSync(made, { recursive: true, force: true }));
  home = made;
  return made;
}

/** Flags with which any number of sidecars can run side by side. */
export async function quietFlags(httpPort: number): Promise<Record<string, string | number | boolean>> {
  return {
    "dapr-http-port": httpPort,
    "dapr-grpc-port": await freePort(),
    "dapr-internal-grpc-port": await freePort(),
    "dapr-listen-addresses": "127.0.0.1",
    "enable-metrics": false,
    "log-level": "warn",
  };
}

export interface OpenSide extends Side {
  readonly child: ChildProcess;
}

/** An id that names a check in topics, routes and paths. */
export function idOf(index: number): string {
  return `c${index}`;
}

function withId<T>(value: T, id: string): T {
  const filled: T = JSON.parse(JSON.stringify(value).replaceAll("{id}", id));
  return filled;
}

/** Starts one sidecar and its app in a folder of its own. */
export async function openSide(
  t: Owner,
  kind: Kind,
  world: World,
  deliveries: readonly (Delivery & { readonly id: string })[],
  { dir, redis }: { readonly dir: string; readonly redis: Place | null },
): Promise<OpenSide> {
  const resources = join(dir, "resources");
  mkdirSync(resources, { recursive: true });
  for (const [name, text] of Object.entries(world.resources))
    writeFileSync(
      join(resources, name),
      text.replaceAll("{redis}", redis?.address ?? "").replaceAll("{database}", redis?.database ?? ""),
    );
  writeFileSync(join(dir, "secrets.json"), JSON.stringify({ db: { password: "p" }, plain: "text" }));
  writeFileSync(join(dir, "config.yaml"), configuration(world.config ?? ""));

  const probes = probesOf(world);
  const subscribed = [
    ...probes.map((pubsubname) => ({ pubsubname, topic: "ready", route: `/ready/${pubsubname}` })),
    ...(world.subscribe ?? []),
    ...deliveries.flatMap(({ id, subscribe }) => withId(subscribe, id)),
  ];
  const app = await startDifferentialApp(t, {
    subscribe: world.answersSubscribe ?? { status: 200, body: JSON.stringify(subscribed) },
    reply: (got) => replyOf(got, app, deliveries),
  });
  const port = await freePort();
  const flags = {
    "app-id": "app",
    "app-port": app.port,
    ...(await quietFlags(port)),
    "resources-path": resources,
    config: join(dir, "config.yaml"),
    ...world.flags,
  };
  const [command, ...before] = commandOf(kind);
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const child = spawn(command, [...before, ...args], {
    cwd: dir,
    env: cleanEnv(world.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000)));
  t.teardown(async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  const watchers = new Set<() => void>();
  app.onGot = () => {
    for (const look of watchers) look();
  };
  const got = (id: string): readonly Got[] => app.got.filter((one) => one.path.startsWith(`/${id}/`));
  const side: OpenSide = {
    kind,
    child,
    app,
    port,
    appPort: app.port,
    resources,
    redis,
    call: (path, options) => call(port, path, options),
    got,
    gotAtLeast: (id, count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (got(id).length < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
  const gone = once(child, "exit").then(() => Promise.reject(new Error(`${kind} ended:\n${output}`)));
  await Promise.race([
    untilReady(port, world).then(
      async () => await untilSubscribed(side, probes, world.env?.["DAPR_API_TOKEN"]),
    ),
    gone,
  ]);
  gone.catch(() => undefined);
  if (process.env["DIFFERENTIAL_LOG"] === kind) t.teardown(() => process.stderr.write(output));
  return side;
}

async function untilReady(port: number, { env = {} }: World): Promise<void> {
  const headers = env["DAPR_API_TOKEN"] === undefined ? {} : { "dapr-api-token": env["DAPR_API_TOKEN"] };
  for (;;) {
    const health = await call(port, "/v1.0/healthz", { headers }).catch(() => null);
    if (health?.status === 204) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Pub/subs whose topics the app may use. */
function probesOf({ resources }: World): readonly string[] {
  const names = Object.values(resources).flatMap((text) =>
    /type: pubsub\./u.test(text) && !/Scopes|Topics/u.test(text)
      ? (/name: (\S+)/u.exec(text)?.[1] ?? [])
      : [],
  );
  return names;
}

/** A sidecar is healthy before it has subscribed; what is published in memory until then is lost. */
async function untilSubscribed(
  side: OpenSide,
  probes: readonly string[],
  token: string | undefined,
): Promise<void> {
  const headers = { "content-type": "application/json" };
  while (!probes.every((name) => side.app.got.some(({ path }) => path === `/ready/${name}`))) {
    for (const name of probes)
      await side.call(`/v1.0/publish/${name}/ready`, {
        method: "POST",
        headers: { ...headers, ...(token === undefined ? {} : { "dapr-api-token": token }) },
        body: "{}",
      });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // The others follow within a moment.
  if (probes.length > 0) await new Promise((resolve) => setTimeout(resolve, 200));
}

function replyOf(
  got: Got,
  app: DifferentialApp,
  deliveries: readonly (Delivery & { readonly id: string })[],
): Reply | Promise<Reply> | null {
  const delivery = deliveries.find(({ id }) => got.path.startsWith(`/${id}/`));
  const nth = app.got.filter(({ path }) => path === got.path).length;
  return delivery?.reply?.(got, nth) ?? null;
}

function configuration(spec: string): string {
  return `apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata:
  name: config
spec:
${spec.includes("nameResolution:") ? "" : namesIn("names.db")}${spec}`;
}

/** Part of a Configuration: the SQLite file that sidecars find each other in. */
export function namesIn(file: string): string {
  return `  nameResolution:
    component: sqlite
    version: v1
    configuration:
      connectionString: ${file}
`;
}
