import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import { freePort } from "../helpers/free-port.ts";
import { call } from "../runtime/sidecar/kit.ts";
import type { Check } from "./check.ts";
import { judged, type Compared } from "./compare.ts";
import { cleanEnv, commandOf, quietFlags, type Kind } from "./side.ts";

/** A sidecar as a process: how it is started, spoken to, and ends. */
export interface ProcessCheck {
  readonly name: string;
  readonly args: readonly string[];
  /** Files in its folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** Done once it serves; absent: it ends by itself. */
  readonly serving?: (process: Running) => Promise<unknown>;
  /** It listens on a socket in the folder that `{socket}` stands for, and on no port. */
  readonly onSocket?: true;
  /** What is left in its folder once it has ended. */
  readonly after?: (dir: string, socket: string) => unknown;
  readonly differs?: string;
}

export interface Running {
  readonly port: number;
  /** What `{public}` stands for in the arguments. */
  readonly publicPort: number;
  /** Path of its socket, where it has one. */
  readonly socket: string;
  signal(name: NodeJS.Signals): void;
  /** Resolves once it answers on its port. */
  serves(): Promise<void>;
  /** All that it has written up to now. */
  output(): string;
  /** Resolves once it has written this. */
  writes(text: RegExp): Promise<void>;
}

export async function compareProcess(
  t: Pick<Test, "teardown" | "testdir">,
  check: ProcessCheck,
): Promise<Compared> {
  const dir = t.testdir({ daprd: {}, agents: {} });
  const [daprd, agents] = await Promise.all(
    (["daprd", "agents"] as const).map(async (kind) => await observe(t, kind, check, join(dir, kind))),
  );
  const named: Check = {
    at: "question",
    name: check.name,
    world: "process",
    ask: async () => null,
    ...(check.differs === undefined ? {} : { differs: check.differs }),
  };
  return judged(named, daprd, agents);
}

async function observe(
  t: Pick<Test, "teardown">,
  kind: Kind,
  { args: given, files = {}, serving, onSocket, after }: ProcessCheck,
  dir: string,
): Promise<unknown> {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, ".."), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  const port = await freePort();
  const publicPort = await freePort();
  // A path of a socket has 107 characters at most.
  const sockets = mkdtempSync(join(tmpdir(), "agents-socket-"));
  t.teardown(() => rmSync(sockets, { recursive: true, force: true }));
  const socket = join(sockets, "dapr-x-http.socket");
  const args = given.map((arg) => arg.replace("{public}", String(publicPort)).replace("{socket}", sockets));
  const own = Object.entries(await quietFlags(port))
    .filter(([name]) => !args.some((arg) => arg.replace(/^-+/u, "").startsWith(name)))
    .map(([name, value]) => `--${name}=${value}`);
  const [command, ...before] = commandOf(kind);
  const child = spawn(command, [...before, ...own, ...args], {
    cwd: dir,
    env: cleanEnv(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.teardown(() => void child.kill("SIGKILL"));
  let output = "";
  let errors = "";
  const watchers = new Set<() => void>();
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    for (const look of watchers) look();
  });
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | string | null>((resolve) =>
    child.on("close", (code, signal) => resolve(code ?? signal)),
  );
  const running: Running = {
    port,
    publicPort,
    socket,
    signal: (name) => void child.kill(name),
    output: () => output,
    writes: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (text.test(output)) resolve();
        };
        watchers.add(look);
        look();
      }),
    serves: async () => {
      while (child.exitCode === null && child.signalCode === null) {
        const answer = await call(onSocket === true ? socket : port, "/v1.0/healthz/outbound").catch(
          () => null,
        );
        if (answer?.status === 204) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
  let seen: unknown = null;
  if (serving !== undefined) {
    await running.serves();
    seen = await serving(running);
  }
  const code = await ended;
  const left = after?.(dir, socket) ?? null;
  return { code, seen, left, fatal: fatalOf(output), error: errors.split("\n", 1)[0] };
}

/** The last words, without what follows a colon of the words that both share: the rest is each one's own. */
function fatalOf(output: string): string | null {
  const line = output.split("\n").find((one) => /level=fatal|"level":"fatal"/u.test(one));
  const message = /msg="((?:[^"\\]|\\.)*)"|"msg":"((?:[^"\\]|\\.)*)"/u.exec(line ?? "");
  return message === null ? null : ((message[1] ?? message[2] ?? "").split("\\n", 1)[0] ?? null);
}
