import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { OwnAgent } from "./agents.ts";

/** The OpenAPI document that an agent serves, asked of the agent itself: started without a sidecar, on a database in memory. */
export async function openApiOf({ name, entry }: OwnAgent, root: string): Promise<object> {
  const child = spawn(process.execPath, ["--conditions=agents-source", entry], {
    cwd: root,
    env: {
      PATH: process.env["PATH"],
      PORT: "0",
      SQLSERVER_URL: "sqlite::memory:",
      AGENTS_LLM_MODE: "sample",
      LOG_LEVEL: "info",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  try {
    const response = await fetch(`${await urlOf(child.stdout, name)}/openapi.json`);
    const { servers: _, ...document }: Record<string, unknown> = JSON.parse(await response.text());
    return document;
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

async function urlOf(output: NodeJS.ReadableStream, name: string): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /listens url=(\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`${name} ended before it listened.`);
}
