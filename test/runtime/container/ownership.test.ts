import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Test } from "tap";
import t from "tap";
import { removeRunContainers } from "../../../src/runtime/resources/container/remove-run-containers.ts";
import {
  listVolumes,
  removeProjectContainers,
  removeVolumes,
} from "../../../src/runtime/resources/container/volumes.ts";
import type { TestDocker } from "../../helpers/docker.ts";
import { noDocker, testDocker } from "../../helpers/docker.ts";
import { makeImages, TOOLS } from "../../helpers/images.ts";
import { containersOf, NEVER, openHost, resourceOf, shell, someProject, WAITS } from "./kit.ts";

const FIXTURE = fileURLToPath(new URL("../../fixtures/holds-containers.ts", import.meta.url));

t.test("whose a container is", { skip: noDocker() ?? false }, async (t) => {
  const docker = await testDocker(t);
  await makeImages(docker.docker, docker.own !== null);
  const socket = { socketPath: (docker.environment.env["DOCKER_HOST"] ?? "").replace("unix://", "") };

  t.test("kill -9 of who holds containers: they are gone within 5 s, the persistent one stays", async (t) => {
    const held = await holder(t, docker);
    held.child.kill("SIGKILL");
    await once(held.child, "exit");
    const began = performance.now();
    const removed = await removeRunContainers({ docker: socket, runId: held.runId, containerIds: [] });
    const took = performance.now() - began;
    t.comment(`took ${Math.round(took)} ms`);
    t.ok(took < 5_000);
    t.strictSame(removed, [held.ids[0]]);
    const left = await containersOf(docker, held.project);
    t.strictSame(
      left.map(({ id, state }) => ({ id, state })),
      [{ id: held.ids[1], state: "running" }],
    );
    t.equal((await listVolumes(docker.docker, held.project)).length, 2, "volumes stay");
  });

  t.test("one that is paused goes, too, and one that is not ours stays", async (t) => {
    const held = await holder(t, docker);
    const stranger = await docker.docker.createContainer({ Image: TOOLS, Cmd: ["sh"] });
    t.teardown(() => stranger.remove({ force: true }));
    const [id = ""] = held.ids;
    await docker.docker.getContainer(id).pause();
    held.child.kill("SIGKILL");
    t.strictSame(await removeRunContainers({ docker: socket, runId: held.runId, containerIds: [] }), [id]);
    t.ok(await stranger.inspect());
  });

  t.test("before a start, the containers of what is no longer in the config go", async (t) => {
    const project = someProject();
    const before = await openHost(t, docker, { project });
    const lifetimes = { kept: "run", old: "run", older: "persistent" } as const;
    for (const [name, lifetime] of Object.entries(lifetimes))
      await resourceOf(before, shell(WAITS), { name, lifetime }).resource.start(NEVER);
    const after = await openHost(t, docker, { project });
    t.strictSame(await after.host.sweep(new Set(["kept", "new"])), ["old", "older"]);
    t.match(await containersOf(docker, project), [{ name: /-kept$/ }]);
  });

  t.test(
    "it removes what it was told of, too: a container that was taken over has the run before on it",
    async (t) => {
      const held = await holder(t, docker);
      held.child.kill("SIGKILL");
      const [id = ""] = held.ids;
      t.strictSame(await removeRunContainers({ docker: socket, runId: "another", containerIds: [id] }), [id]);
    },
  );

  t.test("once it is closed nothing of it keeps a process alive", async (t) => {
    const program = fileURLToPath(new URL("../../fixtures/closes-containers.ts", import.meta.url));
    const args = ["--conditions=agents-source", program, `/nowhere/${randomUUID()}`, TOOLS];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env: { ...process.env, ...docker.environment.env },
      timeout: 20_000,
    });
    t.equal(stdout, "closed\n", "and nothing was left to be said");
  });

  t.test("with no Docker there it gives up in its time, and says nothing", async (t) => {
    const began = performance.now();
    const run = {
      docker: { socketPath: "/nowhere/docker.sock" },
      runId: "x",
      containerIds: [],
      limitMs: 300,
    };
    t.strictSame(await removeRunContainers(run), []);
    t.ok(performance.now() - began < 2_000);
  });

  t.test(
    "one found after a kill is taken over if its configuration fits, with its new output alone",
    async (t) => {
      const project = someProject();
      const before = await openHost(t, docker, { project });
      const first = resourceOf(before, shell(WAITS));
      const old = await first.resource.start(NEVER);
      await first.output.says(/up/);
      const after = await openHost(t, docker, { project, runId: "the next" });
      const second = resourceOf(after, shell(WAITS, { health: { by: "auto" }, stopTimeoutMs: 9_000 }));
      const running = await second.resource.start(NEVER);
      t.equal(second.resource.plan?.do, "take-over", "how it is probed and stopped is not part of it");
      t.equal(running.container.id, old.container.id);
      t.strictSame(await running.stop(), { by: "code", code: 0 });
      t.equal(second.output.stdout, "bye\n");
    },
  );

  t.test("one whose configuration changed is replaced", async (t) => {
    const project = someProject();
    const before = await openHost(t, docker, { project });
    const old = await resourceOf(before, shell(WAITS)).resource.start(NEVER);
    const after = await openHost(t, docker, { project });
    const { resource } = resourceOf(after, shell(WAITS, { env: { A: "2" } }));
    const running = await resource.start(NEVER);
    t.match(resource.plan, { do: "replace", why: "its configuration changed" });
    t.not(running.container.id, old.container.id);
    t.strictSame(
      (await containersOf(docker, project)).map(({ id }) => id),
      [running.container.id],
    );
  });

  t.test("a persistent one stays when the run ends, is found by the next, and goes with down", async (t) => {
    const project = someProject();
    const first = await openHost(t, docker, { project, letGo: () => true });
    const one = await resourceOf(first, shell(WAITS), { lifetime: "persistent" }).resource.start(NEVER);
    t.strictSame(await one.stop(), { by: "code", code: 0 });
    await first.host.close({ removePersistent: false });
    t.strictSame(
      (await containersOf(docker, project)).map(({ state }) => state),
      ["running"],
    );
    const second = await openHost(t, docker, { project });
    const { resource } = resourceOf(second, shell(WAITS), { lifetime: "persistent" });
    const again = await resource.start(NEVER);
    t.equal(resource.plan?.do, "take-over");
    await again.stop();
    t.strictSame(
      (await containersOf(docker, project)).map(({ state }) => state),
      ["exited"],
      "stopped by a person it is kept, too",
    );
    const third = await resource.start(NEVER);
    t.equal(resource.plan?.do, "start");
    t.equal(third.container.id, one.container.id);
    await third.stop();
    await second.host.close({ removePersistent: true });
    t.strictSame(await containersOf(docker, project), []);
  });

  t.test("a volume survives, and down -v removes it and says which", async (t) => {
    const host = await openHost(t, docker);
    const volumes = [{ name: "data", path: "/data" }];
    const write = resourceOf(host, shell("echo kept > /data/it", { volumes }));
    await (
      await write.resource.start(NEVER)
    ).exited;
    const read = resourceOf(host, shell("cat /data/it", { volumes }));
    await (
      await read.resource.start(NEVER)
    ).exited;
    t.equal(read.output.stdout, "kept\n");
    await host.host.close({ removePersistent: true });
    const removed = await removeVolumes(docker.docker, host.project);
    t.match(removed, [{ name: /^test-[0-9a-f]{10}-thing-data$/, resource: "thing" }]);
    t.strictSame(await listVolumes(docker.docker, host.project), []);
    const networks = await docker.docker.listNetworks({
      filters: { name: [removed[0]?.name.slice(0, 15) ?? ""] },
    });
    t.strictSame(networks, [], "the network went with the run");
  });

  t.test("two projects of one name, beside each other, do not touch each other", async (t) => {
    const one = await openHost(t, docker);
    const two = await openHost(t, docker);
    const [first, second] = [resourceOf(one, shell(WAITS)), resourceOf(two, shell(WAITS))];
    await Promise.all([first.resource.start(NEVER), second.resource.start(NEVER)]);
    await first.output.says(/up/);
    await one.host.close({ removePersistent: true });
    t.strictSame(await containersOf(docker, one.project), []);
    const [left] = await containersOf(docker, two.project);
    t.equal(left?.state, "running");
  });

  t.test("the containers of a project find each other by name, those of another do not", async (t) => {
    const host = await openHost(t, docker);
    await resourceOf(host, shell(WAITS), { name: "first" }).resource.start(NEVER);
    const looks = shell("getent hosts first >/dev/null; echo $?");
    const friend = resourceOf(host, looks, { name: "second" });
    await (
      await friend.resource.start(NEVER)
    ).exited;
    t.equal(friend.output.stdout, "0\n");
    const stranger = resourceOf(await openHost(t, docker), looks);
    await (
      await stranger.resource.start(NEVER)
    ).exited;
    t.equal(stranger.output.stdout, "2\n");
  });

  t.test("a stranger's container of our name is not touched", async (t) => {
    const host = await openHost(t, docker);
    const { resource } = resourceOf(host, shell(WAITS));
    const running = await resource.start(NEVER);
    const name = (await containersOf(docker, host.project))[0]?.name ?? "";
    await running.stop();
    const stranger = await docker.docker.createContainer({ name, Image: TOOLS, Cmd: ["sh"] });
    t.teardown(() => stranger.remove({ force: true }));
    await t.rejects(resource.start(NEVER), {
      code: "AGENTS_CONTAINER_FAILED",
      message: `thing cannot start: another container is called ${name}, and agents did not make it.`,
    });
    t.ok(await stranger.inspect());
  });

  t.test("hostile names make names that Docker takes, and stay apart", async (t) => {
    const project = { ...someProject("My Agents; rm -rf /\u0000"), name: "../../x $(id) ünï" };
    const host = await openHost(t, docker, { project });
    const names = ["../../etc/passwd", "a b", "a-b", "$(reboot)", "ü", "", "-", "x".repeat(300), `"'\\\n`];
    for (const name of names) {
      const volumes = [{ name: "../..", path: "/data" }];
      const { resource, output } = resourceOf(host, shell("echo fine", { volumes, alias: name }), { name });
      t.strictSame(await (await resource.start(NEVER)).exited, { by: "code", code: 0 }, JSON.stringify(name));
      t.equal(output.stdout, "fine\n");
    }
    const volumes = await listVolumes(docker.docker, project);
    t.equal(new Set(volumes.map(({ name }) => name)).size, names.length);
    t.strictSame(
      new Set(volumes.map(({ resource }) => resource)),
      new Set(names),
      "the labels tell the real name",
    );
  });
});

async function holder(t: Test, docker: TestDocker) {
  const project = { name: "held", root: `/nowhere/${randomUUID()}` };
  const runId = randomUUID();
  const args = ["--conditions=agents-source", FIXTURE, project.root, runId, TOOLS];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...docker.environment.env },
  });
  t.teardown(async () => {
    child.kill("SIGKILL");
    await removeProjectContainers(docker.docker, project, { persistent: true });
    await removeVolumes(docker.docker, project);
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const ids = String(line).split(" ");
  t.equal(ids.length, 2, "both run");
  return { child, project, runId, ids };
}
