import t from "tap";
import { eventually, lives } from "../runtime/process/children.ts";
import type { Project } from "../helpers/system.ts";
import { fixture, fixtureProject, pick, until } from "../helpers/system.ts";

/* A process that leaves its group and its session and clears its environment is still ours. */

async function hidden(project: Project): Promise<number> {
  let pid = 0;
  await until("the hidden process runs", async () => {
    const lines = await project.lines(["logs", "hider"]);
    pid = Number(/^hidden (\d+)$/.exec(String(pick(lines.at(-1), "text")))?.[1] ?? 0);
    return pid > 0;
  });
  return pid;
}

const hider = { command: fixture("hides-grandchild.js"), health: "none" };
const orphaner = { command: [...fixture("hides-grandchild.js"), "orphan"], health: "none" };

void t.test("agents stop and agents down leave nothing of an agent's hidden child", async (t) => {
  const project = fixtureProject(t, { hider });
  const up = project.up();
  await up.ready();
  const first = await hidden(project);
  t.ok(lives(first));
  t.equal((await project.agents(["stop", "hider"])).code, 0);
  t.notOk(lives(first));
  t.equal((await project.agents(["start", "hider"])).code, 0);
  await until("there is another one", async () => (await hidden(project)) !== first);
  const second = await hidden(project);
  t.equal((await project.agents(["down"])).code, 0);
  t.equal(await up.closed, 0);
  t.notOk(lives(second));
});

void t.test(
  "kill -9 of the run leaves nothing of an agent's hidden child, also when its parent is gone",
  async (t) => {
    const project = fixtureProject(t, { hider: orphaner });
    const up = project.up();
    await up.ready();
    const pid = await hidden(project);
    up.child.kill("SIGKILL");
    t.teardown(() => lives(pid) && process.kill(pid, "SIGKILL"));
    const took = await eventually(() => !lives(pid), 2_000);
    t.ok(took < 2_000, `took ${Math.round(took)} ms`);
  },
);
