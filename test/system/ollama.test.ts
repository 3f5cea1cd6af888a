import t from "tap";
import { freePort } from "../helpers/free-port.ts";
import { greet, greeterProject } from "../helpers/greeter.ts";
import { startModelRegistry } from "../helpers/model-registry.ts";
import { noOllama, startOllama } from "../helpers/ollama.ts";
import { pick, resourceOf } from "../helpers/system.ts";

void t.test("an Ollama of a run", { skip: noOllama() ?? false }, async (t) => {
  const source = await startOllama(t);
  await source.create("tiny:1b");
  const registry = await startModelRegistry(t, source.models);
  const model = `${registry.address}/library/tiny:1b`;
  const auto = ["--mode", "auto"];

  await t.test(
    "one on its port pulls what it lacks, agents wait and say so, and its answers are the model's",
    async (t) => {
      const ollama = await startOllama(t);
      const project = greeterProject(t, { port: ollama.port, models: [model] });
      registry.pace = 150;
      const up = project.up(auto);
      await up.event("the download is shown", (event) => {
        const resource = pick(event, "resource");
        return pick(resource, "name") === "llm" && Number(pick(resource, "progress", "done")) > 0;
      });
      const ps = await project.agents(["ps"]);
      t.match(
        ps.stdout,
        /llm .*pulling 127\.0\.0\.1:\d+\/library\/tiny:1b +\d+ % +[\d.]+ (?:[kM]B )?of 2\.0 MB/u,
      );
      const run = await project.json(["ps"]);
      t.match(resourceOf(run, "llm"), {
        state: "starting",
        progress: { what: model, total: /^2\d{6}$/, unit: "bytes" },
      });
      t.match(resourceOf(run, "greeter"), {
        state: "waiting",
        waitsFor: ["llm"],
        reason: /waits for llm: starting/,
      });
      registry.pace = 0;
      await up.ready();
      const ready = await project.json(["ps"]);
      t.match(resourceOf(ready, "llm"), {
        kind: "ollama",
        implementation: "local",
        state: "ready",
        progress: null,
      });
      t.match(resourceOf(ready, "greeter"), { state: "ready", llm: "live" });
      t.match(await greet(ready), { result: { greeting: /^ok/ }, generatedBy: "live" });
    },
  );

  await t.test("with --llm sample nobody waits for a model, and none is pulled", async (t) => {
    const ollama = await startOllama(t);
    const project = greeterProject(t, { port: ollama.port, models: [model] });
    registry.pace = 5000;
    const up = await project.agents(["up", "-d", ...auto, "--llm", "sample", "--json"]);
    registry.pace = 0;
    t.equal(up.code, 0, up.stderr);
    const run: unknown = JSON.parse(up.stdout);
    t.match(resourceOf(run, "llm"), { implementation: "embedded", state: "ready" });
    t.match(await greet(run), { generatedBy: "sample" });
  });

  await t.test(
    "a model that cannot be had does not hold the start: one loud line, and samples",
    async (t) => {
      const ollama = await startOllama(t);
      const gone = `127.0.0.1:${await freePort()}/library/tiny:1b`;
      const project = greeterProject(t, { port: ollama.port, models: [gone] });
      const up = await project.agents(["up", "-d", ...auto, "--json"]);
      t.equal(up.code, 0, up.stderr);
      const run: unknown = JSON.parse(up.stdout);
      t.match(up.stderr, /tiny:1b cannot be pulled: .*Instead: answers are deterministic samples/u);
      t.match(resourceOf(run, "greeter"), { state: "ready", llm: "sample" });
      t.match(resourceOf(run, "llm"), { reason: /cannot be pulled/ });
      t.match(await greet(run), { generatedBy: "sample" });
    },
  );

  await t.test("with --llm live a model that does not exist ends the start at once", async (t) => {
    const ollama = await startOllama(t);
    const unknown = `${registry.address}/library/tiny:70b`;
    const project = greeterProject(t, { port: ollama.port, models: [unknown] });
    const up = await project.agents([
      "up",
      "-d",
      ...auto,
      "--llm",
      "live",
      "--wait-timeout",
      "300",
      "--json",
    ]);
    t.equal(up.code, 1);
    t.match(JSON.parse(up.stderr.trim().split("\n").at(-1) ?? "").error, {
      code: "AGENTS_MODEL_UNAVAILABLE",
      path: "llm",
      expected: unknown,
      hint: /--llm sample/,
    });
    t.same(project.survivors(), []);
  });

  await t.test("agents pull fetches the models beforehand, whether a run is up or not", async (t) => {
    const ollama = await startOllama(t);
    const project = greeterProject(t, { port: ollama.port, models: [model] });
    const pulled = await project.lines(["pull"]);
    t.ok(pulled.some((line) => pick(line, "type") === "progress" && pick(line, "what") === model));
    t.match(pulled.at(-1), { type: "model", resource: "llm", model, pulled: true });
    t.match(await fetch(`${ollama.url}/api/tags`).then((answer) => answer.text()), /tiny:1b/u);
    t.equal((await project.agents(["up", "-d", ...auto, "--json"])).code, 0);
    const again = await project.agents(["pull"]);
    t.match(again.stdout, /^llm: \S+ is here already$/mu);
    t.equal((await project.agents(["down"])).code, 0);
  });
});
