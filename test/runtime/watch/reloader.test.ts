import t from "tap";
import type { ReloadReport } from "../../../src/runtime/watch/reloader.ts";
import { createReloader } from "../../../src/runtime/watch/reloader.ts";

/** A reloader whose builds and restarts go on until the test ends them. */
function driven() {
  const steps: string[] = [];
  const reports: string[] = [];
  const open = new Map<string, PromiseWithResolvers<void>>();
  let source = "v1";
  let running = "v0";
  let arrived = Promise.withResolvers<void>();
  const step = async (name: string): Promise<void> => {
    steps.push(name);
    const gate = Promise.withResolvers<void>();
    open.set(name, gate);
    arrived.resolve();
    arrived = Promise.withResolvers();
    await gate.promise;
  };
  const reached = async (name: string): Promise<PromiseWithResolvers<void>> => {
    for (;;) {
      const gate = open.get(name);
      if (gate !== undefined) return gate;
      await arrived.promise;
    }
  };
  const end = async (name: string, error?: Error): Promise<void> => {
    const gate = await reached(name);
    open.delete(name);
    if (error === undefined) gate.resolve();
    else gate.reject(error);
  };
  const reloader = createReloader<string>({
    build: async (agent) => {
      const seen = source;
      await step(`build ${agent} ${seen}`);
      return seen;
    },
    runs: (_, built) => built === running,
    restart: async (agent, built) => {
      await step(`restart ${agent} ${built}`);
      running = built;
    },
    report: (report: ReloadReport<string>) =>
      reports.push(`${report.at} ${"error" in report ? String(report.error) : ""}`.trim()),
  });
  return {
    reloader,
    steps,
    reports,
    end,
    reached,
    save: (content: string, agents: readonly string[] = ["a"]) => {
      source = content;
      reloader.saved(agents);
    },
  };
}

t.test("a save is built while the old one runs, then restarted", async (t) => {
  const { reloader, save, end, steps, reports } = driven();
  save("v1");
  await end("build a v1");
  await end("restart a v1");
  await reloader.settled();
  t.same(steps, ["build a v1", "restart a v1"]);
  t.same(reports, ["restarted"]);
});

t.test("saves during a build lead to one more build, and only its result starts", async (t) => {
  const { reloader, save, end, reached, steps, reports } = driven();
  save("v1");
  await reached("build a v1");
  save("v2");
  save("v3");
  await end("build a v1");
  await end("build a v3");
  await end("restart a v3");
  await reloader.settled("a");
  t.same(steps, ["build a v1", "build a v3", "restart a v3"]);
  t.same(reports, ["restarted"]);
});

t.test("a save during a restart is not lost", async (t) => {
  const { reloader, save, end, reached, steps } = driven();
  save("v1");
  await end("build a v1");
  await reached("restart a v1");
  save("v2");
  await end("restart a v1");
  await end("build a v2");
  await end("restart a v2");
  await reloader.settled();
  t.same(steps, ["build a v1", "restart a v1", "build a v2", "restart a v2"]);
});

t.test("a broken build keeps the old one, and is told unless a newer save is already there", async (t) => {
  const { reloader, save, end, reached, steps, reports } = driven();
  save("v1");
  await end("build a v1", new Error("line 3"));
  await reloader.settled();
  t.same(reports, ["broken Error: line 3"]);
  save("v2");
  await reached("build a v2");
  save("v3");
  await end("build a v2", new Error("half saved"));
  await end("build a v3");
  await end("restart a v3");
  await reloader.settled();
  t.same(reports, ["broken Error: line 3", "restarted"]);
  t.notOk(steps.includes("restart a v2"));
});

t.test("a save that changes nothing restarts nothing", async (t) => {
  const { reloader, save, end, steps, reports } = driven();
  save("v0");
  await end("build a v0");
  await reloader.settled();
  t.same(steps, ["build a v0"]);
  t.same(reports, ["unchanged"]);
});

t.test("a restart that fails is told, and the next save tries again", async (t) => {
  const { reloader, save, end, reports } = driven();
  save("v1");
  await end("build a v1");
  await end("restart a v1", new Error("no port"));
  await reloader.settled();
  save("v1");
  await end("build a v1");
  await end("restart a v1");
  await reloader.settled();
  t.same(reports, ["restart-failed Error: no port", "restarted"]);
});

t.test("agents do not wait for each other", async (t) => {
  const { reloader, save, end, reached, steps } = driven();
  save("v1", ["a", "b"]);
  await reached("build a v1");
  await end("build b v1");
  await end("restart b v1");
  await reloader.settled("b");
  t.same(steps, ["build a v1", "build b v1", "restart b v1"]);
  await end("build a v1");
  await reloader.settled();
});

t.test("closing waits for what is under way and starts nothing more", async (t) => {
  const { reloader, save, end, reached, steps } = driven();
  save("v1");
  await reached("build a v1");
  save("v2");
  const closed = reloader.close();
  save("v3");
  await end("build a v1");
  await closed;
  t.same(steps, ["build a v1"]);
});
