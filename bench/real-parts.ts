import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { findDaprd, type Daprd } from "../src/runtime/resources/sidecar/daprd/find-daprd.ts";
import { freePort } from "./bare.ts";
import { own } from "./owned.ts";

/** What rows with real parts need of this machine. */
export interface RealParts {
  readonly daprd: Daprd;
  readonly redisServer: string;
}

/** @throws Error naming what is missing: the row then says so. */
export async function realParts(): Promise<RealParts> {
  const found = await findDaprd({ env: process.env, home: homedir(), cwd: process.cwd() });
  if (found.at === "unusable") throw new Error(`${found.path} cannot be used: it ${found.why}`);
  if (found.at === "missing")
    throw new Error("there is no daprd here: install one, or name it with AGENTS_DAPRD");
  const redisServer = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "redis-server"))
    .find(isExecutable);
  if (redisServer === undefined) throw new Error("there is no redis-server on the PATH");
  return { daprd: found, redisServer };
}

export interface RunningRedis extends AsyncDisposable {
  readonly url: string;
}

/** A Redis as a run has it: with an append-only file. */
export async function startRedis({ redisServer }: RealParts, folder: string): Promise<RunningRedis> {
  const dir = join(folder, "redis");
  mkdirSync(dir);
  const port = await freePort();
  const where = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir];
  const child = spawn(redisServer, [...where, "--save", "", "--appendonly", "yes"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const gone = once(child, "exit");
  const owned = own(async () => {
    child.kill("SIGKILL");
    await gone;
  });
  for await (const line of createInterface(child.stdout))
    if (line.includes("Ready to accept connections")) break;
  child.stdout.resume();
  return { url: `redis://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
