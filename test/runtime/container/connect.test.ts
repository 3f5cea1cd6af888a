import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Test } from "tap";
import t from "tap";
import { connectDocker } from "../../../src/runtime/resources/container/docker.ts";
import { dockerAddresses } from "../../../src/runtime/resources/container/docker-address.ts";
import { noDocker, testDocker } from "../../helpers/docker.ts";

const FIXTURE = fileURLToPath(new URL("../../fixtures/connects-docker.ts", import.meta.url));

/** A socket's path may have no more than 107 bytes: a folder of a test is too deep. */
function shortDir(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), "agents-c-"));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Something on a socket that answers `GET /version` with this. */
async function answering(t: Test, version: object, status = 200): Promise<string> {
  const path = join(shortDir(t), "docker.sock");
  const server = http.createServer((_, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(version));
  });
  server.listen(path);
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return path;
}

const at = (socketPath: string, home = "/nowhere") => ({
  env: { DOCKER_HOST: `unix://${socketPath}`, PATH: "/nowhere" },
  home,
});

t.test("a Docker that answers is told with its version", { skip: noDocker() ?? false }, async (t) => {
  const { environment } = await testDocker(t);
  using connection = await connectDocker(undefined, environment);
  t.match(connection.version, /^\d+\.\d+/);
  t.match(connection.architecture, /^(amd64|arm64)$/);
});

// Where this machine has a Docker, that one is found.
const elsewhere = existsSync("/var/run/docker.sock") ? "skipped: this machine has a Docker" : false;

t.test("no Docker at all is said to be missing, with what to do", { skip: elsewhere }, async (t) => {
  const nothing = { env: { PATH: "/nowhere" }, home: "/nowhere" };
  await t.rejects(connectDocker(undefined, nothing), {
    code: "AGENTS_DOCKER_MISSING",
    message: "Docker is not installed here: there is no socket at /var/run/docker.sock.",
    details: { hint: /^Install Docker .*--mode embedded$/ },
  });
  const bin = t.testdir({ docker: "#!/bin/sh" });
  chmodSync(join(bin, "docker"), 0o755);
  await t.rejects(connectDocker(undefined, { env: { PATH: bin }, home: "/nowhere" }), {
    code: "AGENTS_DOCKER_NOT_RUNNING",
    message: "Docker does not answer at /var/run/docker.sock: there is no socket.",
  });
});

t.test("a socket that is not there, or that nobody listens at, is a Docker that does not run", async (t) => {
  const dir = shortDir(t);
  await t.rejects(connectDocker(undefined, at(join(dir, "none.sock"))), {
    code: "AGENTS_DOCKER_NOT_RUNNING",
    message: /none\.sock: there is no socket\.$/,
    details: { hint: /systemctl start docker.*--mode embedded/ },
  });
  writeFileSync(join(dir, "dead.sock"), "");
  await t.rejects(connectDocker(undefined, at(join(dir, "dead.sock"))), {
    code: "AGENTS_DOCKER_NOT_RUNNING",
    message: /dead\.sock: nobody listens there\.$/,
  });
});

t.test("a user who may not use the socket is told so", { skip: process.getuid?.() !== 0 }, async (t) => {
  const path = await answering(t, {});
  chmodSync(join(path, ".."), 0o755);
  chmodSync(path, 0o600);
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--conditions=agents-source", FIXTURE], {
    uid: 65_534,
    gid: 65_534,
    env: { DOCKER_HOST: `unix://${path}`, PATH: "", HOME: "/nowhere" },
  });
  t.match(JSON.parse(stdout), {
    code: "AGENTS_DOCKER_NOT_PERMITTED",
    message: `This user may not use Docker: ${path} is closed to it.`,
    hint: /usermod -aG docker/,
  });
});

t.test("a Docker that is too old, or that runs Windows containers, is unsuitable", async (t) => {
  const old = await answering(t, { Version: "19.03.1", ApiVersion: "1.40", Os: "linux", Arch: "amd64" });
  await t.rejects(connectDocker(undefined, at(old)), {
    code: "AGENTS_DOCKER_UNSUITABLE",
    message: `Docker at ${old} is too old: 19.03.1.`,
    details: { expected: "Docker 20.10 or newer (API 1.41)" },
  });
  const windows = await answering(t, { Version: "28.0.0", ApiVersion: "1.50", Os: "windows", Arch: "amd64" });
  await t.rejects(connectDocker(undefined, at(windows)), {
    code: "AGENTS_DOCKER_UNSUITABLE",
    message: /runs windows containers/,
  });
});

t.test("something that is no Docker is an error, and no stack", async (t) => {
  const path = await answering(t, { message: "who are you" }, 500);
  await t.rejects(connectDocker(undefined, at(path)), { code: "AGENTS_DOCKER_NOT_RUNNING" });
});

t.test("a Docker of another machine is refused: its loopback is not ours", async (t) => {
  for (const host of [
    "tcp://192.0.2.1:2375",
    "ssh://me:secret@example.com",
    "tcp://example.com",
    "nonsense",
  ]) {
    const error: unknown = await connectDocker(undefined, {
      env: { DOCKER_HOST: host },
      home: "/nowhere",
    }).catch((reason: unknown) => reason);
    t.match(error, { code: "AGENTS_DOCKER_UNSUITABLE" }, host);
    t.notOk(JSON.stringify(error).includes("secret"));
  }
});

t.test("it looks where the docker command looks", async (t) => {
  const home = t.testdir({});
  const paths = (env: Record<string, string>): readonly string[] =>
    dockerAddresses({ env, home }).map((address) =>
      address.by === "socket" ? address.socketPath : `${address.host}:${address.port}`,
    );
  t.strictSame(paths({ DOCKER_HOST: "unix:///a.sock" }), ["/a.sock"]);
  t.strictSame(paths({ DOCKER_HOST: "tcp://localhost" }), ["localhost:2375"]);
  t.strictSame(paths({ DOCKER_HOST: "127.0.0.1:1234" }), ["127.0.0.1:1234"]);
  t.match(paths({ XDG_RUNTIME_DIR: "/run/user/1" }), [
    "/var/run/docker.sock",
    "/run/user/1/docker.sock",
    join(home, ".docker/run/docker.sock"),
  ]);
  const folder = join(home, ".docker/contexts/meta", createHash("sha256").update("rootless").digest("hex"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "meta.json"),
    JSON.stringify({ Endpoints: { docker: { Host: "unix:///r.sock" } } }),
  );
  t.strictSame(paths({ DOCKER_CONTEXT: "rootless" }), ["/r.sock"]);
  writeFileSync(join(home, ".docker/config.json"), JSON.stringify({ currentContext: "rootless" }));
  t.strictSame(paths({}), ["/r.sock"]);
  t.strictSame(paths({ DOCKER_HOST: "unix:///a.sock" }), ["/a.sock"], "DOCKER_HOST wins");
  t.throws(() => paths({ DOCKER_CONTEXT: "gone" }), { code: "AGENTS_DOCKER_UNSUITABLE" });
  writeFileSync(join(home, ".docker/config.json"), "not json");
  t.equal(paths({})[0], "/var/run/docker.sock", "a broken config file of docker's is docker's business");
});
