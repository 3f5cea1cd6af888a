import { readFileSync, readdirSync } from "node:fs";
import t from "tap";
import { pkg, project } from "./project.ts";

/** The esbuild processes that this one started. */
function services(): readonly number[] {
  const tasks = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return tasks.map(Number).filter((pid) => {
    try {
      const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
      return (
        parent === process.pid &&
        !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8")) &&
        readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--service=")
      );
    } catch {
      return false; // ended while it was looked at
    }
  });
}

/** It was told to end and does so on its own; a test that waits in vain ends by its time-out. */
async function gone(): Promise<boolean> {
  while (services().length > 0) await new Promise((resolve) => setImmediate(resolve));
  return true;
}

const skip = process.platform === "linux" ? false : "reads /proc";

t.test("closing gives the child process back, and so does a large build", { skip }, async (t) => {
  const { another, path, write } = project(t, {
    ...pkg("dep", {}, { "index.js": `exports.dep = 1;` }),
    "main.ts": `import "dep";`,
  });
  const bundler = another();
  await bundler.prepare("one", path("main.ts"));
  t.ok(await gone(), "after dependencies were built");
  write("main.ts", `import "dep"; console.log(1);`);
  await bundler.prepare("one", path("main.ts"));
  t.equal(services().length, 1, "it stays for the next save");
  const environment = readFileSync(`/proc/${services()[0]}/environ`, "latin1").split("\0");
  t.ok(environment.includes("GOGC=400"), "it collects its garbage seldom");
  t.equal(process.env["GOGC"], undefined, "and no other child gets that");
  await bundler.close();
  t.ok(await gone(), "after close");
});

t.test("when the child process dies the next build starts another", { skip }, async (t) => {
  const { bundler, path, write, run } = project(t, { "main.ts": `console.log(1);` });
  await bundler.prepare("one", path("main.ts"));
  for (const pid of services()) process.kill(pid, "SIGKILL");
  write("main.ts", `console.log(2);`);
  t.equal((await run(await bundler.prepare("one", path("main.ts")))).stdout, "2\n");
});
