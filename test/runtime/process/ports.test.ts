import { spawn } from "node:child_process";
import net from "node:net";
import t from "tap";
import { AgentsError } from "../../../src/runtime/model/errors.ts";
import { portHolder } from "../../../src/runtime/resources/process/port-holder.ts";
import { assertPortsFree, findFreePort, isPortFree } from "../../../src/runtime/resources/process/ports.ts";
import type { Test } from "tap";
import { node } from "./children.ts";

/** A process that listens on a port of a host, and is no part of any run. */
async function holder(t: Test, port: number, host: string): Promise<number> {
  const [file, ...args] = node("listens.js");
  const child = spawn(file, args, {
    env: { PORT: String(port), HOST: host, PATH: process.env["PATH"] ?? "" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  t.teardown(() => child.kill("SIGKILL"));
  for await (const chunk of child.stdout) if (String(chunk).includes("listening")) break;
  return child.pid ?? 0;
}

async function errorOf(promise: Promise<unknown>): Promise<AgentsError> {
  const error: unknown = await promise.then(
    () => new Error("it was not rejected"),
    (reason: unknown) => reason,
  );
  if (error instanceof AgentsError) return error;
  throw error;
}

for (const host of ["127.0.0.1", "0.0.0.0", "::1", "::"]) {
  t.test(`who holds a port on ${host} is named, with a free port and the flag`, async (t) => {
    const port = await findFreePort();
    const pid = await holder(t, port, host);
    const error = await errorOf(assertPortsFree([{ name: "testplanning", port }]));
    t.equal(error.code, "AGENTS_PORT_TAKEN");
    t.equal(error.exitCode, 1);
    const shown = error.message.replace(/\d+ s ago/, "0 s ago").replace(/node \S*\/test/, "node …/test");
    t.equal(
      shown,
      `testplanning cannot listen on port ${port}: it is held by pid ${pid} (node …/test/fixtures/listens.js, started 0 s ago).`,
    );
    const hint =
      /^Stop it \(kill (\d+)\), or use another port, for example (\d+) \(agents up --isolated picks free ones\)\.$/;
    const [, kill, free] = hint.exec(error.details.hint ?? "") ?? [];
    t.equal(Number(kill), pid);
    t.ok(await isPortFree(Number(free)));
  });
}

t.test("free ports pass", async (t) => {
  await assertPortsFree([
    { name: "a", port: await findFreePort() },
    { name: "b", port: await findFreePort() },
  ]);
  t.pass("no error");
});

t.test("of several taken ports each is named", async (t) => {
  const [one, two] = [await findFreePort(), await findFreePort()];
  await holder(t, one, "127.0.0.1");
  await holder(t, two, "127.0.0.1");
  const error = await errorOf(
    assertPortsFree([
      { name: "a", port: one },
      { name: "b", port: two },
    ]),
  );
  t.match(error.message, `a cannot listen on port ${one}`);
  t.match(error.details.lines?.[0], `b cannot listen on port ${two}`);
});

t.test("a port that nobody holds has no holder", async (t) => {
  t.equal(await portHolder(await findFreePort()), null);
});

t.test("a port that an outgoing connection uses is taken, and its owner is named", async (t) => {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("it listens on a port");
  const socket = net.connect(address.port, "127.0.0.1");
  t.teardown(() => {
    socket.destroy();
    server.close();
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  const error = await errorOf(assertPortsFree([{ name: "sidecar", port: socket.localPort ?? 0 }]));
  t.match(error.message, `held by pid ${process.pid} (node`);
});

t.test("a free port lies outside of the range from which outgoing connections take theirs", async (t) => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => findFreePort()));
  for (const port of ports) t.ok(port >= 20_000 && port < 32_768, String(port));
});
