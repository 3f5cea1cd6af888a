import t from "tap";
import type { Progress } from "../../../src/runtime/model/snapshot.ts";
import { readyWithModels } from "../../../src/runtime/resources/ollama/model-readiness.ts";
import { probeOllama } from "../../../src/runtime/resources/ollama/probe.ts";
import { pullModel } from "../../../src/runtime/resources/ollama/pull-model.ts";
import { ALWAYS_READY } from "../../../src/runtime/resources/readiness/readiness.ts";
import { freePort } from "../../helpers/free-port.ts";
import { startModelRegistry } from "../../helpers/model-registry.ts";
import { noOllama, startOllama } from "../../helpers/ollama.ts";

const never = new AbortController().signal;

void t.test("models come to a real Ollama", { skip: noOllama() ?? false }, async (t) => {
  const source = await startOllama(t);
  await source.create("tiny:1b");
  const registry = await startModelRegistry(t, source.models);
  const model = `${registry.address}/library/tiny:1b`;
  const ollama = await startOllama(t);

  await t.test("a pull that was interrupted goes on from where it was", async (t) => {
    registry.pace = 100;
    const stopped = new AbortController();
    const seen: Progress[] = [];
    const first = pullModel({
      url: ollama.url,
      model,
      signal: stopped.signal,
      onProgress: (progress) => {
        seen.push(progress);
        if (progress.done > 500_000) stopped.abort(new Error("interrupted"));
      },
    });
    await t.rejects(first, { message: "interrupted" });
    t.match(seen.at(-1), { what: model, unit: "bytes" });
    t.ok((seen.at(-1)?.total ?? 0) > 2_000_000);
    registry.pace = 0;
    let start: Progress | null = null;
    await pullModel({
      url: ollama.url,
      model,
      signal: never,
      onProgress: (progress) => (start ??= progress),
    });
    t.ok(Math.max(...registry.asked) > 0, `parts were asked for from ${registry.asked.join(", ")}`);
    t.match(await probeOllama(ollama.url), { models: [model] });
  });

  await t.test("what cannot be had is told apart from what may come later", async (t) => {
    const unknown = `${registry.address}/library/tiny:70b`;
    const ask = async (name: string) =>
      await pullModel({ url: ollama.url, model: name, signal: never, onProgress: () => undefined });
    await t.rejects(ask(unknown), { name: "PullFailed", isFinal: true });
    await t.rejects(ask(`127.0.0.1:${await freePort()}/library/tiny:1b`), {
      name: "PullFailed",
      isFinal: false,
      message: /refused/,
    });
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const gone = pullModel({ url: nobody, model, signal: never, onProgress: () => undefined });
    await t.rejects(gone, { name: "PullFailed", isFinal: false, message: /cannot be asked.*ECONNREFUSED/ });
  });

  await t.test("it is ready when it has its models, or when it is given up", async (t) => {
    const whys: string[] = [];
    const given: string[] = [];
    const progress: (Progress | null)[] = [];
    const ready = (name: string, giveUp: ((why: string) => void) | null) =>
      readyWithModels(ALWAYS_READY, {
        resource: "llm",
        url: ollama.url,
        models: [model, name],
        onProgress: (told) => progress.push(told),
        giveUp,
        firstDelayMs: 5,
      });
    await ready(model, null).untilReady(never, (why) => whys.push(why));
    t.same(whys, [], "it has it: nothing is pulled");
    const unknown = `${registry.address}/library/tiny:70b`;
    await ready(unknown, (why) => given.push(why)).untilReady(never, (why) => whys.push(why));
    t.match(given, [/tiny:70b cannot be pulled: .+/]);
    t.same(whys, [`pulls ${unknown}`]);
    t.equal(progress.at(-1), null, "nothing is being pulled any more");

    const caller = new AbortController();
    let told = 0;
    const later = `127.0.0.1:${await freePort()}/library/tiny:1b`;
    await ready(later, null).untilReady(caller.signal, (why) => {
      if (why.startsWith("cannot pull") && (told += 1) === 2) caller.abort();
    });
    t.equal(told, 2, "who may not give up tries again what may come later, until it is stopped");
    await t.rejects(
      ready(unknown, null).untilReady(never, () => undefined),
      { code: "AGENTS_MODEL_UNAVAILABLE", message: /^llm cannot have its model .*tiny:70b: .+/ },
      "and says so at once where there is no such model",
    );
  });
});
