import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import t, { type Test } from "tap";
import { REPO } from "../helpers/cli.ts";
import { freePort } from "../helpers/free-port.ts";
import { SKIP } from "../runtime/daprd/kit.ts";
import { masked } from "./mask.ts";
import { cleanEnv, commandOf, quietFlags, type Kind } from "./side.ts";
import { component } from "./yaml.ts";

/* The official client on both sides of the app, none of our code: it must see no difference. */

/** What the app is asked to do, and what it is to say then: after an answer, so many events. */
const STEPS: readonly (readonly [action: readonly [string, unknown], events: number])[] = [
  [["metadata", null], 0],
  [["healthy", null], 0],
  [["publish", ["plain", { n: 1, s: "ä<&>" }]], 1],
  [["publish", ["plain", "text"]], 1],
  [["publish", ["plain", { id: "1", source: "s", type: "t", specversion: "1.0", data: { own: true } }]], 1],
  [["raw", ["raw", { n: 2 }]], 1],
  [["bulk", ["plain", [{ n: 3 }, "four"]]], 2],
  [["publish", ["bulk", { n: 5 }]], 1],
  [["publish", ["dead", { n: 6 }]], 2],
  [["unknown", null], 0],
  [
    [
      "save",
      [
        { key: "k", value: { v: 1 } },
        { key: "l", value: "two" },
      ],
    ],
    0,
  ],
  [["get", "k"], 0],
  [["get", "l"], 0],
  [["get", "none"], 0],
  [["getBulk", ["k", "l"]], 0],
  [
    [
      "transaction",
      [
        { operation: "upsert", request: { key: "k", value: 2 } },
        { operation: "delete", request: { key: "l" } },
      ],
    ],
    0,
  ],
  [["get", "k"], 0],
  [["get", "l"], 0],
  [["save", [{ key: "k", value: 3, etag: "999" }]], 0],
  [["remove", "k"], 0],
  [["get", "k"], 0],
  [["secret", "SDK_SECRET"], 0],
  [["invoke", { to: "you" }], 0],
];

t.test(
  "the official client works the same with a real daprd and with agents sidecar",
  { skip: SKIP, timeout: 100_000 },
  async (t) => {
    const root = t.testdir({});
    const [daprd, agents] = await Promise.all([talk(t, root, "daprd"), talk(t, root, "agents")]);
    for (const [index, [action]] of STEPS.entries())
      t.same(agents[index], daprd[index], `${JSON.stringify(action)}: ${JSON.stringify(daprd[index])}`);
    t.equal(agents.length, STEPS.length);
    t.match(JSON.stringify(daprd), '{"what":"letter","value":{"n":6}}');
  },
);

async function talk(t: Test, root: string, kind: Kind): Promise<readonly unknown[]> {
  const dir = join(root, kind);
  mkdirSync(join(dir, "r"), { recursive: true });
  writeFileSync(join(dir, "r/pubsub.yaml"), component("agents-pubsub", "pubsub.in-memory"));
  writeFileSync(
    join(dir, "r/state.yaml"),
    component("agents-statestore", "state.sqlite", { connectionString: "state.db" }),
  );
  writeFileSync(join(dir, "r/env.yaml"), component("env", "secretstores.local.env"));
  const [appPort, httpPort] = [await freePort(), await freePort()];
  const env = cleanEnv({ SDK_SECRET: "s", APP_PORT: String(appPort), DAPR_HTTP_PORT: String(httpPort) });
  const flags = {
    "app-id": "app",
    "app-port": appPort,
    ...(await quietFlags(httpPort)),
    "resources-path": "r",
  };
  const [command, ...before] = commandOf(kind);
  const sidecar = spawn(
    command,
    [...before, ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)],
    {
      cwd: dir,
      env,
      stdio: "ignore",
    },
  );
  const app = spawn(process.execPath, [join(REPO, "test/fixtures/dapr-sdk-app.js")], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.teardown(async () => {
    for (const child of [app, sidecar]) {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    }
  });
  const said = createInterface({ input: app.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<{ readonly what: string; readonly value: unknown }> => {
    const { value, done } = await said.next();
    if (done === true) throw new Error(`the app of ${kind} ended`);
    return JSON.parse(masked(value)) as { what: string; value: unknown };
  };
  for (let line = await next(); line.what !== "started"; line = await next());
  const tell = (action: readonly [string, unknown]): void =>
    void app.stdin.write(`${JSON.stringify(action)}\n`);
  // What is published before the sidecar has subscribed is lost in memory.
  for (let n = 0, ready = false; !ready; n += 1) {
    tell(["publish", ["plain", "ready"]]);
    // The others follow within a moment.
    await new Promise((resolve) => setTimeout(resolve, 200));
    tell(["echo", n]);
    for (let line = await next(); line.what !== "answer" || line.value !== n; line = await next())
      if (line.what === "plain") ready = true;
  }
  const results: unknown[] = [];
  for (const [action, events] of STEPS) {
    tell(action);
    const lines: unknown[] = [];
    for (let count = 0; count < events + 1; count += 1) lines.push(await next());
    results.push(lines.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)));
  }
  return results;
}
