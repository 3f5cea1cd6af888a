import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { CLI } from "../../helpers/cli.ts";
import { freePort } from "../../helpers/free-port.ts";
import { component } from "../../differential/yaml.ts";
import { call, publish, startApp, subscription } from "../sidecar/kit.ts";

t.test(
  "agents sidecar with pubsub.agents keeps what it took over a kill -9, in a file for itself alone",
  async (t) => {
    const dir = t.testdir({});
    mkdirSync(join(dir, "r"));
    writeFileSync(
      join(dir, "r/bus.yaml"),
      component("agents-pubsub", "pubsub.agents", { connectionString: "data/bus.db" }),
    );
    const appPort = await freePort();
    const children: ChildProcess[] = [];
    t.teardown(async () => {
      for (const child of children) {
        child.kill("SIGKILL");
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      }
    });
    const start = async (): Promise<{ child: ChildProcess; port: number; output: () => string }> => {
      const port = await freePort();
      const flags = [
        `--app-id=app`,
        `--app-port=${appPort}`,
        `--dapr-http-port=${port}`,
        "--resources-path=r",
      ];
      const child = spawn(process.execPath, [CLI, "sidecar", ...flags], {
        cwd: dir,
        env: { ...process.env, XDG_STATE_HOME: dir },
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      while (child.exitCode === null && child.signalCode === null) {
        if ((await call(port, "/v1.0/healthz/outbound").catch(() => null))?.status === 204) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return { child, port, output: () => output };
    };
    const subscribe = [subscription("x")];

    const first = await start();
    const app = await startApp(t, { port: appPort, subscribe });
    while (app.received.length === 0) {
      t.equal((await publish(first.port, "x", { n: 0 })).status, 204);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await app.close();
    t.equal((await publish(first.port, "x", { n: 1 })).status, 204);

    const second = await start();
    if (second.child.exitCode === null) await once(second.child, "exit");
    t.equal(second.child.exitCode, 1);
    t.match(second.output(), /bus\.db is in use by another sidecar/);

    const gone = once(first.child, "exit");
    first.child.kill("SIGKILL");
    await gone;
    await start();
    const again = await startApp(t, { port: appPort, subscribe });
    const has = (): boolean => again.received.some(({ text }) => text.includes('{"n":1}'));
    while (!has()) await new Promise((resolve) => setTimeout(resolve, 20));
    t.ok(has());
  },
);
