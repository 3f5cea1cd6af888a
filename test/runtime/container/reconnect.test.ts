import t from "tap";
import { noOwnDaemon, testDocker } from "../../helpers/docker.ts";
import { makeImages } from "../../helpers/images.ts";
import { until } from "../../helpers/system.ts";
import { containersOf, NEVER, openHost, ready, resourceOf, shell, WAITS } from "./kit.ts";

/** Numbers its lines, and goes on doing so. */
const COUNTS = "n=0; while :; do n=$((n+1)); echo $n; sleep 0.01; done";

t.test("a Docker that goes away and comes back", { skip: noOwnDaemon() ?? false }, async (t) => {
  const docker = await testDocker(t);
  const { own } = docker;
  if (own === null) throw new Error("noOwnDaemon() said that there is one");
  await makeImages(docker.docker, true);

  t.test(
    "dockerd stopped and started: said, the ended container is an exit, and the next start works",
    async (t) => {
      const host = await openHost(t, docker);
      const { resource, output } = resourceOf(host, shell(WAITS));
      const running = await resource.start(NEVER);
      await output.says(/up/);
      const stubborn = resourceOf(host, shell('trap "" TERM; echo up; while :; do sleep 0.05; done'), {
        name: "b",
      });
      const other = await stubborn.resource.start(NEVER);
      await stubborn.output.says(/up/);
      const stopping = own.stop();
      const exit = await running.exited;
      t.match(exit, { by: "code", code: 0 }, "a daemon that stops asks its containers to end");
      // A supervisor starts it again at once, while Docker still waits for the other one to end.
      const starting = resource.start(NEVER);
      starting.catch(() => undefined);
      await host.noticed(/no longer answers/);
      await stopping;
      await own.start();
      let again = await starting;
      await host.noticed(/Docker answers again/);
      t.strictSame(await other.exited, { by: "signal", signal: "SIGKILL" });
      // The start may have come before the end of the daemon, which then ended this one, too.
      const lives = until("nothing hinders it", () => again.hindrance === null).then(() => null);
      lives.catch(() => undefined);
      if ((await Promise.race([again.exited, lives])) !== null) again = await resource.start(NEVER);
      await until("it says up", () => output.stdout.endsWith("bye\nup\n"));
      t.strictSame(await again.stop(), { by: "code", code: 0 });
      t.match(output.stdout, /^(up\nbye\n){2,3}$/, "no line twice, none lost");
      // The other one may have died too late to be removed: the end of the run does it.
      await host.host.close({ removePersistent: true });
      t.strictSame(await containersOf(docker, host.project), []);
    },
  );

  t.test(
    "dockerd killed: its containers go on, are unhealthy meanwhile, and no line is lost or doubled",
    async (t) => {
      await own.stop();
      await own.start({ liveRestore: true });
      const host = await openHost(t, docker);
      const { resource, output } = resourceOf(host, shell(COUNTS));
      const running = await resource.start(NEVER);
      await ready(resource);
      await output.says(/\n20\n/);
      const told: unknown[] = [];
      const over = new AbortController();
      t.teardown(() => over.abort());
      resource.readiness.watch(over.signal, (health) => told.push(health));
      await own.stop("SIGKILL");
      await until("it is unhealthy", () => told.length === 1);
      t.strictSame(told, [{ healthy: false, why: "runs on a Docker that does not answer" }]);
      await own.start({ liveRestore: true });
      await host.noticed(/Docker answers again/);
      await until("it is healthy again", () => told.length === 2);
      const before = output.lines.length;
      await until("its output comes again", () => output.lines.length > before + 20);
      await running.stop({ now: true });
      const numbers = output.lines.map(Number);
      const wrong = numbers.findIndex((number, at) => number !== at + 1);
      t.equal(wrong, -1, "every number follows the one before");
    },
  );

  t.test("dockerd killed without live-restore ends its containers when it comes back", async (t) => {
    const host = await openHost(t, docker);
    const { resource, output } = resourceOf(host, shell(COUNTS));
    const running = await resource.start(NEVER);
    await output.says(/\n20\n/);
    await own.stop("SIGKILL");
    await own.start();
    t.strictSame(await running.exited, { by: "signal", signal: "SIGKILL" });
    t.strictSame(await containersOf(docker, host.project), []);
  });

  t.test("one that ended while nobody looked is found ended", async (t) => {
    const host = await openHost(t, docker);
    const { resource, output } = resourceOf(host, shell(WAITS));
    const running = await resource.start(NEVER);
    await output.says(/up/);
    const { Pid } = (await running.container.inspect()).State;
    await own.stop("SIGKILL");
    process.kill(Pid, "SIGKILL");
    await own.start();
    t.match(await running.exited, { by: "signal", signal: "SIGKILL" });
    t.strictSame(await containersOf(docker, host.project), []);
  });

  t.test("a stop while there is no Docker does not hang, and says what may be left", async (t) => {
    const host = await openHost(t, docker);
    const { resource, output } = resourceOf(host, shell(WAITS));
    const running = await resource.start(NEVER);
    await output.says(/up/);
    await own.stop("SIGKILL");
    await host.noticed(/no longer answers/);
    t.match(await running.stop({ timeoutMs: 100 }), { by: "signal" });
    await host.noticed(/Docker does not end the container [0-9a-f]{12} of thing/);
    await own.start();
    await host.noticed(/answers again/);
    await host.host.close({ removePersistent: true });
    t.strictSame(await containersOf(docker, host.project), [], "the end of the run removed it");
  });

  t.test("a Docker that hangs keeps neither a stop nor the end of the run", async (t) => {
    const host = await openHost(t, docker);
    const { resource, output } = resourceOf(host, shell(WAITS));
    const running = await resource.start(NEVER);
    await output.says(/up/);
    own.signal("SIGSTOP");
    const began = performance.now();
    t.match(await running.stop({ timeoutMs: 100 }), { by: "signal" });
    await host.host.close({ removePersistent: true, limitMs: 200 });
    t.ok(performance.now() - began < 8_000);
    await host.noticed(/Some containers of test may be left: Docker does not answer/);
    own.signal("SIGCONT");
  });

  t.test("a start that waits for Docker can be aborted", async (t) => {
    const host = await openHost(t, docker);
    await own.stop("SIGKILL");
    await host.noticed(/no longer answers/);
    const abort = new AbortController();
    const starting = resourceOf(host, shell(WAITS)).resource.start(abort.signal);
    abort.abort();
    await t.rejects(starting, { name: "AbortError" });
    await own.start();
    await host.noticed(/answers again/);
  });
});
