import { request as httpRequest } from "node:http";
import net from "node:net";
import type Docker from "dockerode";
import type { ContainerHealth } from "./definition.ts";
import { reasonOf } from "./docker-failure.ts";

/** What one try found. `why` completes the sentence "it …". */
export type Checked = { readonly ok: true } | { readonly ok: false; readonly why: string };

export interface CheckTarget {
  readonly container: Docker.Container;
  /** Where a port of the container is published on loopback; null while it is not. */
  readonly hostPort: (containerPort: number) => number | null;
  /** The first published port, for `auto`. */
  readonly firstPort: number | null;
}

const OK: Checked = { ok: true };
const HOST = "127.0.0.1";
/**
 * Docker itself accepts connections to a published port, and closes them when nobody listens behind it: one that is still
 * open after so long has found somebody.
 */
const SETTLE_MS = 150;
const NO_PORT: Checked = { ok: false, why: "has no published port" };

/** One try. Never rejects. */
export async function check(
  health: ContainerHealth,
  target: CheckTarget,
  signal: AbortSignal,
): Promise<Checked> {
  switch (health.by) {
    case "none":
      return OK;
    case "auto":
      return checkAuto(target, signal);
    case "tcp":
      return onPort(target, health.port, (port) => checkTcp(port, signal));
    case "http":
      return onPort(target, health.port, (port) => checkHttp(port, health.path, signal));
    case "redis":
      return onPort(target, health.port, (port) => checkRedis(port, health.password, signal));
    case "exec":
      return checkExec(health, target.container, signal);
    default:
      return health satisfies never;
  }
}

function onPort(
  { hostPort }: CheckTarget,
  port: number,
  ask: (port: number) => Promise<Checked>,
): Promise<Checked> {
  const published = hostPort(port);
  return published === null ? Promise.resolve(NO_PORT) : ask(published);
}

async function checkAuto(
  { container, firstPort, hostPort }: CheckTarget,
  signal: AbortSignal,
): Promise<Checked> {
  try {
    const { State } = await container.inspect({ abortSignal: signal });
    const own = State.Health?.Status;
    if (own !== undefined && own !== "none")
      return own === "healthy" ? OK : { ok: false, why: `is ${own} by its own HEALTHCHECK` };
  } catch (error) {
    return { ok: false, why: `cannot be looked at (${reasonOf(error)})` };
  }
  const port = firstPort === null ? null : hostPort(firstPort);
  return port === null ? OK : checkTcp(port, signal);
}

/** Connected, and not hung up on. */
function checkTcp(port: number, signal: AbortSignal): Promise<Checked> {
  return talk(port, signal, "", () => null, SETTLE_MS);
}

/** PING answers PONG. A server that loads its data says LOADING until it is done. */
export function checkRedis(port: number, password: string | null, signal: AbortSignal): Promise<Checked> {
  const question = password === null ? command("PING") : command("AUTH", password) + command("PING");
  return talk(port, signal, question, (answer) => {
    // AUTH is answered with OK when there is a password, else it is an error that PING does not care about.
    if (answer.includes("+PONG\r\n")) return OK;
    const error = /-(\w+)[^\r\n]*\r\n$/.exec(answer);
    if (error === null || (password !== null && (answer.match(/\r\n/g) ?? []).length < 2)) return null;
    return { ok: false, why: error[1] === "LOADING" ? "is loading its data" : `answers ${error[1]} to PING` };
  });
}

/** A command in Redis' own protocol, which takes any byte. */
function command(...parts: readonly string[]): string {
  const texts = parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${parts.length}\r\n${texts.join("")}`;
}

/**
 * Sends a question and judges what came so far, until `judge` says something. `quietIsOk`: whoever says nothing for so many
 * ms, and does not hang up, is there.
 */
function talk(
  port: number,
  signal: AbortSignal,
  question: string,
  judge: (answer: string) => Checked | null,
  quietIsOk: number | null = null,
): Promise<Checked> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: HOST, port, noDelay: true });
    let answer = "";
    let connected = false;
    let timer: NodeJS.Timeout | undefined;
    const end = (result: Checked): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(result);
    };
    const hungUp = (): void =>
      end({
        ok: false,
        why: connected ? `closes the connection on port ${port}` : `does not listen on port ${port}`,
      });
    const onAbort = (): void => end({ ok: false, why: `does not answer on port ${port} in time` });
    signal.addEventListener("abort", onAbort);
    socket.on("error", hungUp);
    socket.on("close", hungUp);
    socket.on("end", hungUp);
    socket.once("connect", () => {
      connected = true;
      if (question !== "") socket.write(question);
      if (quietIsOk !== null) timer = setTimeout(() => end(OK), quietIsOk);
    });
    socket.on("data", (chunk: Buffer) => {
      if (quietIsOk !== null) {
        end(OK);
        return;
      }
      answer += chunk.toString("latin1");
      const result = judge(answer);
      if (result !== null) end(result);
      else if (answer.length > 4096) end({ ok: false, why: `answers something else on port ${port}` });
    });
    if (signal.aborted) onAbort();
  });
}

/** Answers GET with 200 to 399. */
function checkHttp(port: number, path: string, signal: AbortSignal): Promise<Checked> {
  return new Promise((resolve) => {
    const request = httpRequest({ host: HOST, port, path, signal, agent: false }, (response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      resolve(status >= 200 && status < 400 ? OK : { ok: false, why: `answers ${status} to GET ${path}` });
    });
    request.once("error", () => {
      resolve({
        ok: false,
        why: signal.aborted
          ? `does not answer GET ${path} in time`
          : `does not answer GET ${path} on port ${port}`,
      });
    });
    request.end();
  });
}

async function checkExec(
  { command: argv, what }: Extract<ContainerHealth, { readonly by: "exec" }>,
  container: Docker.Container,
  signal: AbortSignal,
): Promise<Checked> {
  try {
    const exec = await container.exec({
      Cmd: [...argv],
      AttachStdout: true,
      AttachStderr: true,
      abortSignal: signal,
    });
    const stream = await exec.start({ abortSignal: signal });
    // Read to its end: that is when the command has ended. What it says is not shown: it may name what is secret.
    const onAbort = (): void => void stream.destroy();
    signal.addEventListener("abort", onAbort);
    try {
      for await (const _ of stream) if (signal.aborted) break;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
    if (signal.aborted) return { ok: false, why: `does not answer ${what} in time` };
    const { ExitCode } = await exec.inspect({ abortSignal: signal });
    if (ExitCode === 0) return OK;
    // As every shell says it: found and not executable, and not found.
    const why =
      ExitCode === 126 || ExitCode === 127
        ? `has no ${argv[0]} that could run its check (exit ${ExitCode})`
        : `does not answer ${what} yet`;
    return { ok: false, why };
  } catch (error) {
    return {
      ok: false,
      why: signal.aborted ? `does not answer ${what} in time` : `cannot be asked (${reasonOf(error)})`,
    };
  }
}
