import { untilOutbound } from "./wait.ts";
import { FLAGS, usage } from "./flags.ts";
import { Log, type LogLevel } from "./log.ts";
import { FlagError, isOn, parseFlags, type ParsedFlags } from "./parse-flags.ts";
import { startRuntime, type SelfEnd, type StandaloneRuntime } from "./runtime.ts";
import { QuantityError, standaloneSettings, type StandaloneSettings } from "./settings.ts";

const LEVELS: ReadonlyMap<string, LogLevel> = new Map<string, LogLevel>([
  ["debug", "debug"],
  ["info", "info"],
  ["warn", "warn"],
  ["error", "error"],
  ["fatal", "fatal"],
]);
const SCOPE = "dapr.runtime";
const SIGNALS = "dapr.signals";
/** A forced end waits for its answer to go out, no longer. */
const FORCED_AFTER_MS = 100;

/**
 * One embedded sidecar in the foreground, started, spoken to and ended as a daprd is: its flags, its environment, its log,
 * its signals. Gives the exit code: 0 after a graceful end, 1 where it could not start or was cut off, 2 for a bad flag.
 */
export async function runStandalone(args: readonly string[], version: string): Promise<number> {
  let flags: ParsedFlags | "help";
  try {
    flags = parseFlags(args);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    process.stderr.write(`${error.message}\n${usage()}${error.message}\n`);
    return 2;
  }
  if (flags === "help") {
    process.stderr.write(usage());
    return 0;
  }
  if (isOn(flags.text("version"))) return print(`agents-embedded ${version}`);
  if (isOn(flags.text("build-info"))) return print(buildInfo(version));
  if (isOn(flags.text("wait"))) return await untilOutbound(flags.text("dapr-http-port"));
  return await serve(flags, version);
}

async function serve(flags: ParsedFlags, version: string): Promise<number> {
  const level = LEVELS.get(flags.text("log-level").toLowerCase());
  const log = new Log({
    level: level ?? "info",
    json: isOn(flags.text("log-as-json")),
    file: flags.text("log-file") === "" ? null : flags.text("log-file"),
    appId: flags.text("app-id"),
    version: `agents-embedded-${version}`,
  });
  const fatal = (text: string): number => {
    log.write("fatal", SCOPE, text);
    return 1;
  };
  if (level === undefined) return fatal(`invalid value for --log-level: ${flags.text("log-level")}`);
  log.write("info", SCOPE, `Starting the embedded sidecar of agents -- version ${version}`);
  log.write("info", SCOPE, `Log level set to: ${level}`);
  for (const { name, idle } of FLAGS)
    if (idle !== undefined && flags.given.has(name))
      log.write("warn", SCOPE, `--${name} changes nothing: ${idle}`);
  let settings: StandaloneSettings;
  try {
    settings = standaloneSettings(flags);
  } catch (error) {
    const what = error instanceof QuantityError ? "Failed to parse flags" : "Fatal error from runtime";
    return fatal(`${what}: ${textOf(error)}`);
  }
  const signals = new Signals(log);
  for (;;) {
    let runtime: StandaloneRuntime;
    try {
      runtime = await startRuntime(settings, log);
    } catch (error) {
      return fatal(`Fatal error from runtime: ${startProblem(error)}`);
    }
    const end = await Promise.race([runtime.ended, signals.next()]);
    if ("signal" in end && end.signal === "SIGHUP") {
      await close(runtime, settings, log);
      continue;
    }
    return await finish(end, runtime, settings, log);
  }
}

async function finish(
  end: SelfEnd | Signalled,
  runtime: StandaloneRuntime,
  settings: StandaloneSettings,
  log: Log,
): Promise<number> {
  if ("by" in end && end.by === "api" && end.forced) {
    log.write("info", "dapr.api", "Force shutdown requested via API");
    await new Promise((resolve) => setTimeout(resolve, FORCED_AFTER_MS));
    process.exit(1);
  }
  if ("by" in end && end.by === "api") log.write("info", "dapr.api", "Shutdown requested via API");
  if ("signal" in end && settings.blockMs !== null) await block(settings.blockMs, settings, log);
  await close(runtime, settings, log);
  if ("by" in end && end.by === "lost") return 1;
  log.write("info", SCOPE, "Daprd shutdown gracefully");
  return 0;
}

/** Everything goes on until the time is over or the app has gone. */
async function block(
  ms: number,
  { health, appAddress, appPort }: StandaloneSettings,
  log: Log,
): Promise<void> {
  log.write("info", SCOPE, `Blocking graceful shutdown for ${ms / 1000}s or until app reports unhealthy...`);
  const until = performance.now() + ms;
  while (performance.now() < until) {
    await new Promise((resolve) =>
      setTimeout(resolve, Math.min(250, Math.max(1, until - performance.now()))),
    );
    if (health === null || appPort === null) continue;
    const answer = await fetchStatus(`http://${appAddress}:${appPort}${health.path}`, health.timeoutMs);
    if (answer !== null && answer >= 200 && answer <= 299) continue;
    log.write("info", SCOPE, "App reported unhealthy, entering shutdown...");
    return;
  }
  log.write("info", SCOPE, "Block shutdown period expired, entering shutdown...");
}

async function close(runtime: StandaloneRuntime, settings: StandaloneSettings, log: Log): Promise<void> {
  log.write("info", SCOPE, "Dapr is shutting down");
  const timer = setTimeout(() => {
    log.write("fatal", SCOPE, "Graceful shutdown timeout exceeded, forcing shutdown");
    process.exit(1);
  }, settings.gracefulMs + 250);
  await runtime[Symbol.asyncDispose]();
  clearTimeout(timer);
  log.write("info", SCOPE, "Dapr runtime stopped");
}

interface Signalled {
  readonly signal: "SIGTERM" | "SIGINT" | "SIGHUP";
}

const WORDS = { SIGTERM: "terminated", SIGINT: "interrupt", SIGHUP: "hangup" } as const;

/** The first signal asks for an end, a second one does not wait for it. */
class Signals {
  readonly #log: Log;
  #ending = false;
  #tell: (signal: Signalled) => void = () => undefined;

  constructor(log: Log) {
    this.#log = log;
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => this.#on(signal));
  }

  next(): Promise<Signalled> {
    return new Promise((resolve) => (this.#tell = resolve));
  }

  #on(signal: Signalled["signal"]): void {
    const word = WORDS[signal];
    if (signal === "SIGHUP" && !this.#ending) {
      this.#log.write("info", SIGNALS, `Received signal '${word}'; restarting`);
    } else if (this.#ending) {
      this.#log.write("fatal", SIGNALS, `Received signal '${word}' during shutdown; exiting immediately`);
      process.exit(1);
    } else {
      this.#ending = true;
      this.#log.write("info", SIGNALS, `Received signal '${word}'; beginning shutdown`);
    }
    this.#tell({ signal });
  }
}

async function fetchStatus(url: string, timeoutMs: number): Promise<number | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}

function startProblem(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "AGENTS_PORT_TAKEN")
    return `failed to start HTTP server: could not listen on any endpoint (${textOf(error)})`;
  if (code === "AGENTS_CONFIG_INVALID") return `failed to load components: ${textOf(error)}`;
  return textOf(error);
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

function buildInfo(version: string): string {
  return `Version: agents-embedded ${version}\nNode: ${process.versions.node}\nPlatform: ${process.platform} ${process.arch}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
