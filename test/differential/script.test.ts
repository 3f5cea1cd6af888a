import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import t from "tap";
import { CLI, REPO } from "../helpers/cli.ts";
import { freePort } from "../helpers/free-port.ts";
import { DAPRD, SKIP } from "../runtime/daprd/kit.ts";
import { cleanEnv } from "./side.ts";
import { component } from "./yaml.ts";

const APP = `
import { createServer } from "node:http";
createServer((request, response) => {
  const isHello = request.url === "/hello";
  response.writeHead(isHello ? 200 : 404).end(isHello ? "hello " + request.method : "");
}).listen(Number(process.env.APP_PORT), "127.0.0.1");
`;

t.test(
  "a script that starts daprd works unchanged with a link of that name to agents",
  { skip: SKIP },
  async (t) => {
    const root = t.testdir({});
    const outputs = await Promise.all(
      [DAPRD, CLI].map(async (target, index) => {
        const dir = join(root, String(index));
        mkdirSync(join(dir, "components"), { recursive: true });
        mkdirSync(join(dir, "bin"));
        symlinkSync(target, join(dir, "bin/daprd"));
        symlinkSync(process.execPath, join(dir, "bin/node"));
        writeFileSync(join(dir, "app.mjs"), APP);
        writeFileSync(join(dir, "components/store.yaml"), component("store", "state.in-memory"));
        const ports = [await freePort(), await freePort(), await freePort(), await freePort()];
        const script = join(REPO, "test/fixtures/start-with-daprd.sh");
        const child = spawn("sh", [script, "app.mjs", ...ports.map(String)], {
          cwd: dir,
          env: { ...cleanEnv(), PATH: [join(dir, "bin"), process.env["PATH"]].join(delimiter) },
          stdio: ["ignore", "pipe", "inherit"],
          detached: true,
        });
        t.teardown(() => {
          try {
            process.kill(-(child.pid ?? 0), "SIGKILL");
          } catch {
            // All of it has ended.
          }
        });
        let output = "";
        child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
        const [code]: readonly unknown[] = await once(child, "close");
        return { code, output };
      }),
    );
    const [daprd, agents] = outputs;
    t.same(agents, daprd);
    t.equal(daprd?.output, 'ready 0\nsave 204\nget {"n":1}\ninvoke hello GET\nended 0\n');
  },
);
