import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Test } from "tap";

/** A registry of models, as Ollama's own is from outside: manifests, and blobs behind a redirect, in ranges. */
export interface ModelRegistry {
  /** `127.0.0.1:<port>`; a model of it is called `127.0.0.1:<port>/library/<name>`. */
  readonly address: string;
  /** The first byte of each part of a model that was asked for. */
  readonly asked: readonly number[];
  /** Milliseconds before each 64 KiB; it is slow on purpose, so that a download can be seen. */
  pace: number;
}

const PIECE = 64 * 1024;

/** Serves the models that lie in the folder of an Ollama, where they have the name `<name>:<tag>`. */
export async function startModelRegistry(t: Test, models: string): Promise<ModelRegistry> {
  const registry = { address: "", asked: [] as number[], pace: 0 };
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const [, name = "", tag = ""] = /^\/v2\/library\/([^/]+)\/manifests\/([^/]+)$/.exec(path) ?? [];
    const digest = /sha256[:-]([0-9a-f]{64})$/.exec(path)?.[1];
    if (name !== "") {
      const file = join(models, "manifests/registry.ollama.ai/library", name, tag);
      if (statSync(file, { throwIfNoEntry: false }) === undefined) response.writeHead(404).end();
      else response.end(readFileSync(file));
    } else if (digest === undefined) response.writeHead(404).end();
    else if (path.startsWith("/v2/")) {
      const size = statSync(join(models, "blobs", `sha256-${digest}`)).size;
      response
        .writeHead(307, {
          location: `http://${registry.address.replace("127.0.0.1", "localhost")}/raw/sha256-${digest}`,
          "content-length": size,
        })
        .end();
    } else void send(join(models, "blobs", `sha256-${digest}`), request.headers.range, response);
  });

  async function send(file: string, range: string | undefined, response: ServerResponse): Promise<void> {
    const { size } = statSync(file);
    const [, from = "0", to = ""] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    const [start, end] = [Number(from), to === "" ? size - 1 : Number(to)];
    if (size > PIECE) registry.asked.push(start);
    response.writeHead(range === undefined ? 200 : 206, {
      "content-length": end - start + 1,
      "content-range": `bytes ${start}-${end}/${size}`,
    });
    const slowly = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        void sleep(registry.pace).then(() => done(null, chunk));
      },
    });
    await pipeline(createReadStream(file, { start, end, highWaterMark: PIECE }), slowly, response).catch(
      () => undefined,
    );
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  registry.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return registry;
}
