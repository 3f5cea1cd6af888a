import { createServer } from "node:net";
import { once } from "node:events";
import type { Test } from "tap";
import t from "tap";
import { AgentsError } from "../../../src/runtime/model/errors.ts";
import { killedForMemory, noteMemoryKills } from "../../../src/runtime/resources/process/out-of-memory.ts";
import { redis } from "../../../src/runtime/resources/container/ready-definitions.ts";
import type { TestDocker } from "../../helpers/docker.ts";
import { noDocker, testDocker } from "../../helpers/docker.ts";
import { importImage, makeImages, noRedisImage } from "../../helpers/images.ts";
import { talkRedis } from "./redis-talk.ts";
import { containersOf, NEVER, openHost, ready, resourceOf, shell, WAITS } from "./kit.ts";

const skip = noDocker() ?? false;
const skipRedis = skip === false ? (noRedisImage() ?? false) : skip;

t.test("the life of a container", { skip }, async (t) => {
  const docker = await testDocker(t);
  const { redis: image } = await makeImages(docker.docker, docker.own !== null);

  t.test("it starts, is ready, writes its logs, stops, and leaves nothing", async (t) => {
    const host = await openHost(t, docker);
    const { resource, output } = resourceOf(host, shell(`echo oops >&2; ${WAITS}`));
    const running = await resource.start(NEVER);
    t.equal(running.pid, null, "its processes are Docker's");
    t.equal(resource.plan?.do, "create");
    await ready(resource);
    await output.says(/up\n/);
    const [container] = await containersOf(docker, host.project);
    t.equal(container?.state, "running");
    t.match(container?.name, /^test-[0-9a-f]{10}-thing$/);
    t.strictSame(await running.stop(), { by: "code", code: 0 });
    t.equal(output.stdout, "up\nbye\n", "the last line was read before it counts as gone");
    t.equal(output.stderr, "oops\n");
    t.strictSame(await containersOf(docker, host.project), []);
    t.strictSame(await running.stop(), { by: "code", code: 0 }, "a second stop is the same stop");
  });

  t.test("what ignores SIGTERM is killed after its time-out, and at once with `now`", async (t) => {
    const host = await openHost(t, docker);
    const stubborn = shell('trap "" TERM; echo up; while :; do sleep 0.05; done');
    const first = resourceOf(host, stubborn);
    const running = await first.resource.start(NEVER);
    await first.output.says(/up/);
    const began = performance.now();
    t.strictSame(await running.stop({ timeoutMs: 300 }), { by: "signal", signal: "SIGKILL" });
    const took = performance.now() - began;
    t.ok(took >= 300 && took < 3_000, `took ${Math.round(took)} ms`);
    const second = await first.resource.start(NEVER);
    t.strictSame(await second.stop({ now: true }), { by: "signal", signal: "SIGKILL" });
  });

  t.test("one that is paused can be stopped", async (t) => {
    const host = await openHost(t, docker);
    const { resource, output } = resourceOf(host, shell(WAITS));
    const running = await resource.start(NEVER);
    await output.says(/up/);
    await running.container.pause();
    const exit = await running.stop({ timeoutMs: 300 });
    t.match(exit, { by: /^(code|signal)$/ });
    t.strictSame(await containersOf(docker, host.project), []);
    t.strictSame(host.notices, [], "nothing is left, so there is nothing to be said");
  });

  t.test("300 000 lines written at once are all read, in order and once", async (t) => {
    const host = await openHost(t, docker);
    const { resource, output } = resourceOf(host, shell("seq 1 300000"));
    const began = performance.now();
    await (
      await resource.start(NEVER)
    ).exited;
    t.comment(`took ${Math.round(performance.now() - began)} ms`);
    const wrong = output.lines.findIndex((line, at) => line !== String(at + 1));
    t.equal(wrong, -1);
    t.equal(output.lines.length, 300_000);
  });

  t.test("10 000 lines and a last one without newline are all read, in order and once", async (t) => {
    const host = await openHost(t, docker);
    const { resource, output } = resourceOf(host, shell('seq 1 10000; seq 1 3 >&2; printf "the end"'));
    const running = await resource.start(NEVER);
    t.strictSame(await running.exited, { by: "code", code: 0 });
    const expected = Array.from({ length: 10_000 }, (_, at) => `${at + 1}\n`).join("");
    t.equal(output.stdout, `${expected}the end`);
    t.equal(output.stderr, "1\n2\n3\n");
  });

  t.test("a very long line stays one line", async (t) => {
    const host = await openHost(t, docker);
    const { resource, output } = resourceOf(
      host,
      shell("head -c 100000 /dev/zero | tr '\\0' x; echo; echo next"),
    );
    await (
      await resource.start(NEVER)
    ).exited;
    t.strictSame(
      output.lines.map((line) => line.length),
      [100_000, 4],
    );
  });

  t.test("an exit code is told as it is, and a container that is ended is removed", async (t) => {
    const host = await openHost(t, docker);
    const { resource, output } = resourceOf(host, shell("echo last words; exit 3"));
    t.strictSame(await (await resource.start(NEVER)).exited, { by: "code", code: 3 });
    t.equal(output.stdout, "last words\n");
    t.strictSame(await containersOf(docker, host.project), []);
  });

  t.test("docker kill from outside is an exit by that signal", async (t) => {
    const host = await openHost(t, docker);
    const { resource, output } = resourceOf(host, shell(WAITS));
    const running = await resource.start(NEVER);
    await output.says(/up/);
    await running.container.kill({ signal: "SIGKILL" });
    t.strictSame(await running.exited, { by: "signal", signal: "SIGKILL" });
    t.strictSame(await containersOf(docker, host.project), []);
  });

  t.test("docker rm -f from outside is noticed", async (t) => {
    const host = await openHost(t, docker);
    const { resource, output } = resourceOf(host, shell(WAITS));
    const running = await resource.start(NEVER);
    await output.says(/up/);
    await running.container.remove({ force: true });
    t.match(await running.exited, { by: "signal", signal: "SIGKILL" });
  });

  t.test("a container that is paused from outside is unhealthy until it goes on", async (t) => {
    const host = await openHost(t, docker);
    const { resource, output } = resourceOf(host, shell(WAITS));
    const running = await resource.start(NEVER);
    await output.says(/up/);
    const over = new AbortController();
    t.teardown(() => over.abort());
    const told: unknown[] = [];
    const heard: { resolve: () => void }[] = [];
    resource.readiness.watch(over.signal, (health) => {
      told.push(health);
      heard.shift()?.resolve();
    });
    const next = (): Promise<void> => new Promise((resolve) => heard.push({ resolve }));
    const paused = next();
    await running.container.pause();
    await paused;
    t.strictSame(told, [{ healthy: false, why: "is paused (docker unpause)" }]);
    const unpaused = next();
    await running.container.unpause();
    await unpaused;
    t.strictSame(told[1], { healthy: true });
    t.strictSame(await running.stop(), { by: "code", code: 0 });
  });

  t.test("one that takes more memory than it may is ended for want of memory", async (t) => {
    noteMemoryKills();
    const host = await openHost(t, docker, { killedForMemory });
    // `tail` keeps the last line, and this one never ends.
    const eats = shell("", { command: ["tail", "/dev/zero"], memoryBytes: 16 * 1024 * 1024 });
    const { resource } = resourceOf(host, eats);
    const exit = await (await resource.start(NEVER)).exited;
    t.strictSame(exit, { by: "signal", signal: "SIGKILL", outOfMemory: true });
  });

  t.test("a port that is taken names its holder", async (t) => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    t.teardown(() => server.close());
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const host = await openHost(t, docker, {
      describeHolder: (taken) => Promise.resolve(`pid ${process.pid} (port ${taken})`),
    });
    const ports = [{ container: 80, host: port }];
    const { resource } = resourceOf(host, shell(WAITS, { ports }));
    const error = await resource.start(NEVER).catch((reason: unknown) => reason);
    t.ok(error instanceof AgentsError && error.code === "AGENTS_PORT_TAKEN");
    t.match(error, {
      message: `thing cannot be published on port ${port}: it is held by pid ${process.pid} (port ${port}).`,
    });
    t.strictSame(await containersOf(docker, host.project), [], "what was made for it is given back");
  });

  t.test("a port that another container has names that container", async (t) => {
    const one = await openHost(t, docker);
    const first = resourceOf(one, shell(WAITS, { ports: [{ container: 80, host: "any" }] }), { name: "one" });
    await first.resource.start(NEVER);
    const port = first.resource.hostPort(80) ?? 0;
    t.ok(port > 0);
    const other = await openHost(t, docker);
    const { resource } = resourceOf(other, shell(WAITS, { ports: [{ container: 80, host: port }] }));
    const [holder] = await containersOf(docker, one.project);
    await t.rejects(resource.start(NEVER), {
      code: "AGENTS_PORT_TAKEN",
      message: `thing cannot be published on port ${port}: it is held by the container ${holder?.name}.`,
    });
  });

  t.test("a command that is not in the image is one clear error", async (t) => {
    const host = await openHost(t, docker);
    const { resource } = resourceOf(host, shell("", { command: ["nonsense"] }));
    await t.rejects(resource.start(NEVER), {
      code: "AGENTS_CONTAINER_FAILED",
      message: /^thing cannot start: .*nonsense/,
    });
    t.strictSame(await containersOf(docker, host.project), []);
  });

  t.test("a folder to be bound that does not exist is one clear error", async (t) => {
    const host = await openHost(t, docker);
    const { resource } = resourceOf(host, shell("", { volumes: [{ bind: "/no/such/folder", path: "/x" }] }));
    await t.rejects(resource.start(NEVER), {
      code: "AGENTS_CONTAINER_FAILED",
      message: /^thing cannot start: .*\/no\/such\/folder\.$/,
      details: { hint: /^Make the folder/ },
    });
  });

  t.test("a start that is aborted leaves nothing", async (t) => {
    const host = await openHost(t, docker);
    const abort = new AbortController();
    const { resource } = resourceOf(host, shell(WAITS), { name: "late" });
    const starting = resource.start(abort.signal);
    abort.abort();
    await t.rejects(starting);
    t.strictSame(await containersOf(docker, host.project), []);
  });

  t.test("a start that is aborted at any moment leaves nothing", async (t) => {
    const host = await openHost(t, docker);
    for (const ms of [2, 10, 25, 50, 100, 200, 400]) {
      const { resource } = resourceOf(host, shell(WAITS));
      // Whichever wins, the start or the abort: whoever started it stops it.
      const started = await resource.start(AbortSignal.timeout(ms)).catch(() => null);
      await started?.stop({ now: true });
      t.strictSame(await containersOf(docker, host.project), [], `aborted after ${ms} ms`);
    }
  });

  t.test("an image's own HEALTHCHECK is what counts where it has one", async (t) => {
    const healthy = "agents-test/healthy:1";
    const healthcheck = "HEALTHCHECK --interval=200ms --retries=1 CMD test -e /tmp/there";
    await importImage(docker.docker, healthy, ["sh", "sleep", "test"], [healthcheck, 'CMD ["sh"]']);
    const host = await openHost(t, docker);
    const late = shell(`sleep 0.7; echo > /tmp/there; ${WAITS}`, { image: healthy, health: { by: "auto" } });
    const { resource } = resourceOf(host, late);
    const running = await resource.start(NEVER);
    const reasons: string[] = [];
    await ready(resource, { onWhy: (why) => reasons.push(why) });
    t.match(reasons[0], /^is (starting|unhealthy) by its own HEALTHCHECK$/);
    await running.stop({ now: true });
  });

  t.test("a tcp check is not fooled by Docker's own proxy", async (t) => {
    const host = await openHost(t, docker);
    const ports = [{ container: 6379, host: "any" as const }];
    const { resource } = resourceOf(host, shell(WAITS, { ports, health: { by: "tcp", port: 6379 } }));
    await resource.start(NEVER);
    const reasons: string[] = [];
    await resource.readiness.untilReady(AbortSignal.timeout(1_000), (why) => reasons.push(why));
    t.match(reasons, [/^(closes the connection on|does not listen on) port \d+$/]);
  });

  t.test("an exec check asks inside of the container", async (t) => {
    const host = await openHost(t, docker);
    const health = { by: "exec", command: ["test", "-e", "/tmp/there"], what: "a test" } as const;
    const late = `sleep 0.7; echo > /tmp/there; ${WAITS}`;
    const { resource } = resourceOf(host, shell(late, { health }));
    const running = await resource.start(NEVER);
    const reasons: string[] = [];
    await ready(resource, { onWhy: (why) => reasons.push(why) });
    t.strictSame(reasons, ["does not answer a test yet"]);
    await running.stop();
  });

  t.test("a redis", { skip: skipRedis }, (t) => redisLife(t, docker, image));
});

async function redisLife(t: Test, docker: TestDocker, image: string): Promise<void> {
  const host = await openHost(t, docker);
  const password = `it's "quoted" \\ $HOME ü`;
  const { resource, output } = resourceOf(host, redis({ image, port: "any", password }), { name: "redis" });
  const running = await resource.start(NEVER);
  await ready(resource);
  await output.says(/Ready to accept connections/);
  const port = resource.hostPort(6379) ?? 0;
  t.match(await talkRedis(port, ["PING"]), /NOAUTH/, "without the password nothing is told");
  t.equal(await talkRedis(port, ["AUTH", password], ["SET", "a", "1"]), "+OK\r\n+OK\r\n");
  const info = await running.container.inspect();
  const { Env: variables, ...others } = info.Config;
  t.notOk(JSON.stringify({ ...info, Config: others }).includes("quoted"), "in no command line, no label");
  const telling = variables.filter((variable) => variable.includes("quoted"));
  t.strictSame(telling, [`REDISCLI_AUTH=${password}`], "its own redis-cli knows the password");
  const { Ports } = (await running.container.inspect()).NetworkSettings;
  t.strictSame(
    Ports["6379/tcp"]?.map(({ HostIp }) => HostIp),
    ["127.0.0.1"],
    "it is published on loopback only",
  );
  await running.container.kill({ signal: "SIGKILL" });
  await running.exited;
  const again = await resource.start(NEVER);
  await ready(resource);
  const next = resource.hostPort(6379) ?? 0;
  t.equal(
    await talkRedis(next, ["AUTH", password], ["GET", "a"]),
    "+OK\r\n$1\r\n1\r\n",
    "what was accepted survives docker kill",
  );
  t.strictSame(await again.stop(), { by: "code", code: 0 });
}
