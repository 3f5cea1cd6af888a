import { join } from "node:path";
import { chmodSync } from "node:fs";
import t, { type Test } from "tap";
import { daprdArguments, daprdEnvironment } from "../../../src/runtime/resources/sidecar/daprd/arguments.ts";
import { DaprdLog, readDaprdLine } from "../../../src/runtime/resources/sidecar/daprd/daprd-log.ts";
import { findDaprd, isOlder, requireDaprd } from "../../../src/runtime/resources/sidecar/daprd/find-daprd.ts";
import { DAPRD } from "./kit.ts";

/** Programs that answer `--version`, each in a folder of its own. */
function programs(t: Test, versions: Record<string, string>): string {
  const entries = Object.entries(versions).map(([folder, said]) => [
    folder,
    { daprd: `#!/bin/sh\n${said}\n` },
  ]);
  const dir = t.testdir(Object.fromEntries(entries) as Record<string, Record<string, string>>);
  for (const folder of Object.keys(versions)) chmodSync(join(dir, folder, "daprd"), 0o755);
  return dir;
}

t.test("daprd is found at AGENTS_DAPRD, on the PATH, in ~/.dapr/bin, in this order", async (t) => {
  const dir = programs(t, {
    named: "echo 1.18.1",
    path: "echo 1.17.0",
    ".dapr/bin": "echo 1.16.0",
    old: "echo 1.9.5",
  });
  const cwd = dir;
  const PATH = `${join(dir, "nothing")}:${join(dir, "old")}:${join(dir, "path")}`;
  const home = dir;
  t.match(await findDaprd({ env: { AGENTS_DAPRD: "named/daprd", PATH }, home, cwd }), { version: "1.18.1" });
  t.match(
    await findDaprd({ env: { PATH }, home, cwd }),
    { at: "found", version: "1.17.0" },
    "an old one is passed over",
  );
  t.match(await findDaprd({ env: {}, home, cwd }), { path: join(dir, ".dapr/bin/daprd"), version: "1.16.0" });
  t.match(await findDaprd({ env: {}, home: join(dir, "old"), cwd }), { at: "missing" });
});

t.test("one that cannot be used is an error that says what to do", async (t) => {
  const dir = programs(t, { old: "echo 1.9.5", broken: "exit 3", chatty: "echo one two three" });
  const wanted = (env: Record<string, string>) => requireDaprd({ env, home: dir, cwd: dir });
  await t.rejects(wanted({}), { code: "AGENTS_DAPRD_NOT_FOUND", details: { hint: /dapr init --slim/u } });
  await t.rejects(wanted({ PATH: join(dir, "old") }), {
    code: "AGENTS_DAPRD_UNUSABLE",
    message: /old\/daprd cannot be used: it is version 1\.9\.5, older than 1\.14\.0\.$/u,
  });
  for (const named of ["broken/daprd", "chatty/daprd", "nowhere/daprd", "old"]) {
    await t.rejects(wanted({ AGENTS_DAPRD: named }), {
      code: "AGENTS_DAPRD_UNUSABLE",
      details: { path: "AGENTS_DAPRD", hint: /^Correct AGENTS_DAPRD/u },
    });
  }
});

t.test(
  "the real one says its version",
  { skip: DAPRD === "" ? "missing here: daprd (AGENTS_DAPRD names one)" : false },
  async (t) => {
    const found = await requireDaprd({ env: { AGENTS_DAPRD: DAPRD }, home: "/", cwd: "/" });
    t.notOk(isOlder(found.version, "1.14"));
  },
);

t.test("versions are compared by their numbers", (t) => {
  t.ok(isOlder("1.9.5", "1.14.0"));
  t.notOk(isOlder("1.14.0", "1.14.0"));
  t.notOk(isOlder("v2.0.0-rc.1", "1.14.0"));
  t.notOk(isOlder("edge", "1.14.0"), "one built from source says no number");
  t.end();
});

t.test("a daprd listens on loopback alone, on ports that were planned", (t) => {
  const flags = daprdArguments({
    appId: "worker",
    appPort: 4000,
    httpPort: 1,
    grpcPort: 2,
    internalGrpcPort: 3,
    metricsPort: null,
    resourcesPaths: ["/ours", "/theirs"],
    configs: ["/c.yaml"],
    logLevel: "info",
    gracefulShutdownSeconds: 5,
  });
  t.equal(
    flags.join(" "),
    "--app-id worker --dapr-listen-addresses 127.0.0.1 --dapr-http-port 1 --dapr-grpc-port 2 --dapr-internal-grpc-port 3 " +
      "--dapr-internal-grpc-listen-address 127.0.0.1 --app-port 4000 --app-protocol http --app-channel-address 127.0.0.1 " +
      "--resources-path /ours --resources-path /theirs --config /c.yaml --dapr-graceful-shutdown-seconds 5 --log-level info " +
      "--log-as-json --enable-metrics=false",
  );
  const env = daprdEnvironment({
    inherited: { HOME: "/h", DAPR_HTTP_PORT: "9", APP_API_TOKEN: "other", UNSET: undefined },
    secrets: { S: "1" },
    apiToken: null,
    appToken: "mine",
  });
  t.same(env, { HOME: "/h", S: "1", DAPR_HOST_IP: "127.0.0.1", APP_API_TOKEN: "mine" });
  t.end();
});

t.test("its log becomes lines for people, whatever the pieces that it comes in", (t) => {
  const line = '{"level":"warning","msg":"käse","scope":"dapr.runtime.http","time":"…"}';
  t.same(readDaprdLine(line), { level: "warn", text: "runtime.http: käse" });
  t.same(readDaprdLine("panic: out of luck"), { level: null, text: "panic: out of luck" });
  t.same(readDaprdLine('{"not":"daprd"}'), { level: null, text: '{"not":"daprd"}' });
  const lines: string[] = [];
  const log = new DaprdLog(({ text }) => lines.push(text));
  for (const byte of Buffer.from(`${line}\r\n\n${line}`)) log.write(Uint8Array.of(byte));
  t.same(lines, ["runtime.http: käse"]);
  log.end();
  t.same(lines.length, 2);
  t.end();
});
