import t from "tap";
import type { Progress } from "../../../src/runtime/model/snapshot.ts";
import { ensureImage, hasImage } from "../../../src/runtime/resources/container/pull.ts";
import { noOwnDaemon, testDocker } from "../../helpers/docker.ts";
import { makeImages, TOOLS } from "../../helpers/images.ts";
import { before, noRegistry, pushTwoLayers, startRegistry } from "../../helpers/registry.ts";
import { NEVER, openHost, resourceOf } from "./kit.ts";
import { container } from "../../../src/runtime/resources/container/definition.ts";

const MIB = 1024 * 1024;
const skip = noOwnDaemon() ?? noRegistry() ?? false;

t.test("pulling", { skip }, async (t) => {
  const tested = await testDocker(t);
  const { docker, environment } = tested;
  await makeImages(docker, true);
  const registry = await startRegistry(t);
  const name = `${registry}/two:1`;
  const digest = await pushTwoLayers(docker, name, 6 * MIB);
  const pull = (image: string, onProgress: (progress: Progress) => void = () => undefined, signal = NEVER) =>
    ensureImage(docker, image, { resource: "thing", signal, onProgress, environment });

  t.test("an image that is there is not pulled, and tells no progress", async (t) => {
    const told: Progress[] = [];
    t.equal(await pull(TOOLS, (progress) => told.push(progress)), false);
    t.strictSame(told, []);
  });

  t.test("an image of two layers is pulled with progress in bytes over both", async (t) => {
    const told: Progress[] = [];
    t.equal(await pull(name, (progress) => told.push(progress)), true);
    t.ok(await hasImage(docker, name, NEVER));
    t.ok(told.every(({ what, unit }) => what === name && unit === "bytes"));
    t.ok(
      told.every(({ done }, at) => done >= (told[at - 1]?.done ?? 0)),
      "it never goes back",
    );
    t.ok(told.every(({ done, total }) => done <= total));
    const last = told.at(-1);
    t.equal(last?.done, last?.total, "it ends with all of it");
    t.ok((last?.total ?? 0) > 12 * MIB, `both layers count: ${last?.total}`);
    t.ok(told.length > 2);
    t.equal(await pull(name), false, "the second time it is there");
    await docker.getImage(name).remove({ force: true });
  });

  t.test("a digest is pulled as that digest", async (t) => {
    const exact = `${registry}/two@${digest}`;
    t.equal(await pull(exact), true);
    const info = await docker.getImage(exact).inspect();
    t.strictSame(info.RepoDigests, [exact]);
    t.strictSame(info.RepoTags, []);
    t.equal(await pull(exact), false);
    await docker.getImage(info.Id).remove({ force: true });
  });

  t.test("no tag means latest, and not every tag there is", async (t) => {
    await t.rejects(pull(`${registry}/two`), { code: "AGENTS_IMAGE_UNAVAILABLE" });
    t.notOk(await hasImage(docker, name, NEVER));
  });

  t.test("an abort ends the download", async (t) => {
    const hungUp = Promise.withResolvers<void>();
    const slow = await before(t, registry, (request, response, pass) => {
      if (!/\/blobs\//.test(request.url ?? "")) {
        pass();
        return;
      }
      // It never ends; how often Docker tells of it is Docker's to decide, so that there is always more to tell of.
      response.writeHead(200, { "content-length": String(1024 * 1024 * MIB) });
      const more = setInterval(() => response.write(Buffer.alloc(MIB / 4)), 50);
      response.once("close", () => {
        clearInterval(more);
        hungUp.resolve();
      });
    });
    const abort = new AbortController();
    const told = Promise.withResolvers<void>();
    const pulling = pull(`${slow}/two:1`, () => told.resolve(), abort.signal);
    pulling.catch(() => undefined);
    await told.promise;
    abort.abort();
    await t.rejects(pulling, { name: "AbortError" });
    await hungUp.promise;
    t.pass("Docker hangs up, too");
  });

  t.test("each reason for which an image cannot be had is one clear error", async (t) => {
    const denies = await before(t, registry, (_, response) => {
      response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
    });
    const cases: readonly (readonly [string, RegExp])[] = [
      [`${registry}/two:missing`, /the registry does not have it\.$/],
      [`${registry}/nothing:1`, /the registry does not have it\.$/],
      [`${denies}/two:1`, /the registry refuses it\.$/],
      ["127.0.0.1:1/two:1", /there is no way to its registry\.$/],
      ["no-such-host.invalid/two:1", /there is no way to its registry\.$/],
      ["Not An Image", /that is not a name of an image\.$/],
      ["../../etc/passwd", /that is not a name of an image\.$/],
      ["a?fromSrc=x", /that is not a name of an image\.$/],
    ];
    for (const [image, message] of cases) {
      const error: unknown = await pull(image).catch((reason: unknown) => reason);
      t.match(error, { code: "AGENTS_IMAGE_UNAVAILABLE", message, details: { path: "thing" } }, image);
      t.match(error, { details: { hint: /\w+/ } });
      t.match(error, { message: /^thing cannot have its image / });
    }
  });

  t.test("credentials of docker login are used", async (t) => {
    const asked: (string | undefined)[] = [];
    const guarded = await before(t, registry, (request, response, pass) => {
      asked.push(request.headers.authorization);
      if (request.headers.authorization === `Basic ${Buffer.from("me:s:cret").toString("base64")}`) pass();
      else response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
    });
    const auth = Buffer.from("me:s:cret").toString("base64");
    const folder = t.testdir({ "config.json": JSON.stringify({ auths: { [guarded]: { auth } } }) });
    const signedIn = { ...environment, env: { ...environment.env, DOCKER_CONFIG: folder } };
    const image = `${guarded}/two:1`;
    t.equal(
      await ensureImage(docker, image, { resource: "thing", signal: NEVER, environment: signedIn }),
      true,
    );
    await docker.getImage(image).remove({ force: true });
  });

  t.test("a resource that starts pulls its image, says so, and says when it is over", async (t) => {
    const host = await openHost(t, tested);
    const told: (Progress | null)[] = [];
    const definition = container({ image: name, command: ["sh", "-c", "echo hi"], health: { by: "none" } });
    const { resource, output } = resourceOf(host, definition, {
      onProgress: (progress) => told.push(progress),
    });
    t.strictSame(await (await resource.start(NEVER)).exited, { by: "code", code: 0 });
    t.equal(output.stdout, "hi\n");
    t.match(told[0], { what: name, unit: "bytes" });
    t.equal(told.at(-1), null);
  });

  t.test("a disk that is full is said to be full", async (t) => {
    const small = await testDocker(t, { disk: "24m" });
    const image = `${registry}/big:1`;
    await pushTwoLayers(docker, image, 16 * MIB);
    const options = { resource: "thing", signal: NEVER, environment };
    await t.rejects(ensureImage(small.docker, image, options), {
      code: "AGENTS_DISK_FULL",
      message: `thing cannot have its image ${image}: the disk where Docker keeps its data is full.`,
    });
  });
});
