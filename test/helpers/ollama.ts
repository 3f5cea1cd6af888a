import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import { freePort } from "./free-port.ts";
import { until } from "./system.ts";

/** A folder with a real `ollama` and `tiny.gguf`, a model whose answers are known; CI has one. */
const DIR = process.env["AGENTS_TEST_OLLAMA_DIR"] ?? "";

/** Why tests with a real Ollama cannot run here, as one line; null = they can. */
export function noOllama(): string | null {
  try {
    accessSync(OLLAMA, constants.X_OK);
    accessSync(TINY_MODEL);
    return null;
  } catch {
    const why = "AGENTS_TEST_OLLAMA_DIR names no folder with an ollama and a tiny.gguf";
    if (process.env["AGENTS_TEST_REQUIRE_OLLAMA"] === "1")
      throw new Error(`AGENTS_TEST_REQUIRE_OLLAMA=1, but ${why}`);
    return `skipped: ${why}`;
  }
}

export const OLLAMA = join(DIR, "ollama");
/** At temperature 0 it answers `ok`, and with a schema the shortest document that fits. One token is one character. */
const TINY_MODEL = join(DIR, "tiny.gguf");

/** Milliseconds that Ollama may take to end by itself; it takes about 20. */
const PATIENCE = 5_000;

/** A real Ollama of this test's own. */
export interface RunningOllama {
  readonly url: string;
  readonly port: number;
  /** Folder of its models. */
  readonly models: string;
  /** Makes the tiny model known under a name. */
  create(model: string): Promise<void>;
  /** Ends it: nobody answers any more. */
  stop(): Promise<void>;
  log(): string;
}

/** Starts one with no models, or with those of another one; the test takes it down. */
export async function startOllama(
  t: Test,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningOllama> {
  const models = mkdtempSync(join(tmpdir(), "agents-ollama-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let log = "";
  // It goes with the test, however the test ends.
  const child = spawn(OLLAMA, ["serve"], {
    env: {
      PATH: process.env["PATH"],
      HOME: models,
      OLLAMA_HOST: `127.0.0.1:${port}`,
      OLLAMA_MODELS: models,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => (log += chunk));
  const ended = once(child, "exit");
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    // Ollama 0.17 stands still for ever when it is told to end just after a load that its caller gave up: its scheduler
    // holds its own lock. With its group go the runners that it started.
    const killed = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), PATIENCE);
    await ended.finally(() => clearTimeout(killed));
  };
  t.teardown(async () => {
    await stop();
    rmSync(models, { recursive: true, force: true });
  });
  const answers = () =>
    fetch(`${url}/api/version`).then(
      ({ ok }) => ok,
      () => false,
    );
  await Promise.race([
    until("ollama answers", answers, 30_000),
    ended.then(() => Promise.reject(new Error(`ollama ended: ${log}`))),
  ]);
  return {
    url,
    port,
    models,
    stop,
    log: () => log,
    create: async (model) => await createTinyModel(url, model),
  };
}

/** Uploads the tiny model and gives it a name, as `ollama create` does. */
export async function createTinyModel(url: string, model: string): Promise<void> {
  const { readFile } = await import("node:fs/promises");
  const { createHash } = await import("node:crypto");
  const bytes = await readFile(TINY_MODEL);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const upload = await fetch(`${url}/api/blobs/${digest}`, { method: "POST", body: bytes });
  if (!upload.ok) throw new Error(`the model was not taken: ${await upload.text()}`);
  const made = await fetch(`${url}/api/create`, {
    method: "POST",
    body: JSON.stringify({
      model,
      files: { "tiny.gguf": digest },
      template: "{{ range .Messages }}{{ .Content }} {{ end }}",
      stream: false,
    }),
  });
  const text = await made.text();
  if (!made.ok || !text.includes("success")) throw new Error(`the model was not made: ${text}`);
}
