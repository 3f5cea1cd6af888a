import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type Docker from "dockerode";
import type { Test } from "tap";
import { findFreePort } from "../../src/runtime/resources/process/ports.ts";
import { hasProgram } from "./docker.ts";
import { rootOf } from "./images.ts";
import { until } from "./system.ts";

/** Why there can be no registry; null = there can. */
export function noRegistry(): string | null {
  return hasProgram("docker-registry") ? null : "skipped: there is no docker-registry";
}

/** A real registry in a folder of its own. Answers with its address. */
export async function startRegistry(t: Test): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "agents-registry-"));
  const port = await findFreePort();
  mkdirSync(join(dir, "data"));
  const config = {
    version: 0.1,
    log: { level: "error" },
    storage: { filesystem: { rootdirectory: join(dir, "data") } },
    http: { addr: `127.0.0.1:${port}` },
  };
  writeFileSync(join(dir, "config.yml"), JSON.stringify(config));
  const child = spawn("docker-registry", ["serve", join(dir, "config.yml")], { stdio: "ignore" });
  t.teardown(async () => {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    rmSync(dir, { recursive: true, force: true });
  });
  await until("the registry answers", async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => null);
    return answer?.ok === true;
  });
  return `127.0.0.1:${port}`;
}

/** Puts an image of two layers, each of so many random bytes, into a registry, and leaves none of it in Docker. */
export async function pushTwoLayers(docker: Docker, name: string, bytes: number): Promise<string> {
  const colon = name.lastIndexOf(":");
  const [repo, tag] = [name.slice(0, colon), name.slice(colon + 1)];
  const one = rootOf(["sh"], { "one.bin": randomBytes(bytes) });
  await buffer(await docker.importImage(Readable.from([one]), { repo, tag, changes: ['CMD ["sh"]'] }));
  const container = await docker.createContainer({ Image: name });
  await container.putArchive(rootOf([], { "two.bin": randomBytes(bytes) }), { path: "/" });
  await container.commit({ repo, tag });
  await container.remove();
  const image = docker.getImage(name);
  const said = (
    await buffer(await image.push({ authconfig: { username: "", password: "", serveraddress: "" } }))
  ).toString();
  const digest = /sha256:[0-9a-f]{64}/.exec(/"Digest":"([^"]+)"/.exec(said)?.[1] ?? "")?.[0];
  if (digest === undefined) throw new Error(`push of ${name}: ${said}`);
  await image.remove({ force: true });
  await docker.pruneImages({ filters: { dangling: { true: true } } });
  return digest;
}

/** What stands before a registry: answers in its place, or lets its answers through. */
export async function before(
  t: Test,
  registry: string,
  answer: (request: http.IncomingMessage, response: http.ServerResponse, pass: () => void) => void,
): Promise<string> {
  const server = http.createServer((request, response) => {
    answer(request, response, () => {
      const target = { host: "127.0.0.1", port: Number(registry.split(":")[1]) };
      const { method, url: path, headers } = request;
      const onward = http.request({ ...target, method, path, headers, agent: false }, (from) => {
        response.writeHead(from.statusCode ?? 500, from.headers);
        from.pipe(response);
      });
      onward.on("error", () => response.destroy());
      response.on("close", () => onward.destroy());
      request.pipe(onward);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
