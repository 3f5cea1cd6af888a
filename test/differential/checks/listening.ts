import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { call, type CallOptions } from "../../runtime/sidecar/kit.ts";
import { answerShape } from "../mask.ts";
import type { ProcessCheck, Running } from "../processes.ts";

/** Status and words of an answer; null where nothing listens. */
async function at(port: number | string, path: string, options?: CallOptions): Promise<unknown> {
  const answer = await call(port, path, options).catch(() => null);
  return answer === null ? null : answerShape(answer);
}

function ended<T>(running: Running, seen: T): T {
  running.signal("SIGTERM");
  return seen;
}

/** So many bytes of headers. */
const headers = (bytes: number): CallOptions => ({ headers: { "x-filler": "x".repeat(bytes) } });

/** Where a sidecar listens and writes, as its flags say. */
export const LISTENING_CHECKS: readonly ProcessCheck[] = [
  {
    name: "a public port has health and metadata, and nothing else",
    args: ["--app-id=x", "--dapr-public-port={public}", "--dapr-public-listen-address=127.0.0.1"],
    serving: async (running) => {
      const metadata = await call(running.publicPort, "/v1.0/metadata");
      return ended(running, {
        metadata: [metadata.status, metadata.json["id"]],
        health: await at(running.publicPort, "/v1.0/healthz"),
        outbound: await at(running.publicPort, "/v1.0/healthz/outbound"),
        put: await at(running.publicPort, "/v1.0/metadata/key", { method: "PUT", body: "value" }),
        state: await at(running.publicPort, "/v1.0/state/store/key"),
        invoke: await at(running.publicPort, "/v1.0/invoke/x/method/y"),
        shutdown: await at(running.publicPort, "/v1.0/shutdown", { method: "POST" }),
        none: await at(running.publicPort, "/"),
      });
    },
  },
  {
    name: "a socket instead of a port",
    args: ["--app-id=x", "--unix-domain-socket={socket}"],
    onSocket: true,
    serving: async (running) => {
      const metadata = await call(running.socket, "/v1.0/metadata");
      const onPort = await at(running.port, "/v1.0/metadata");
      return ended(running, { metadata: [metadata.status, metadata.json["id"]], onPort });
    },
    after: (_dir, socket) => existsSync(socket),
  },
  {
    name: "the log in a file",
    args: ["--app-id=x", "--log-level=info", "--log-file=out.log"],
    serving: async (running) => ended(running, { onStdout: running.output() === "" }),
    after: (dir) => {
      const text = readFileSync(join(dir, "out.log"), "utf8");
      return ["dapr initialized. Status: Running", "beginning shutdown"].map((words) => text.includes(words));
    },
  },
  {
    name: "the largest headers, as far as they go",
    args: ["--app-id=x", "--read-buffer-size=1Ki"],
    serving: async (running) =>
      ended(running, {
        within: (await call(running.port, "/v1.0/healthz/outbound", headers(800))).status,
        slack: (await call(running.port, "/v1.0/healthz/outbound", headers(4_000))).status,
        beyond: await at(running.port, "/v1.0/healthz/outbound", headers(9_000)),
      }),
  },
  { name: "a size of headers that is none", args: ["--app-id=x", "--read-buffer-size=lots"] },
  { name: "a size of bodies that is none", args: ["--app-id=x", "--max-body-size=lots"] },
  { name: "a public port that is none", args: ["--app-id=x", "--dapr-public-port=abc"] },
];
