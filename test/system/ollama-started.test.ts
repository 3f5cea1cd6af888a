import { symlinkSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { containerProject, containersOf, volumesOf } from "../helpers/contained.ts";
import { noDocker, testDocker } from "../helpers/docker.ts";
import { freePort } from "../helpers/free-port.ts";
import { greet, greeterProject } from "../helpers/greeter.ts";
import { importImage } from "../helpers/images.ts";
import { createTinyModel, noOllama, OLLAMA, startOllama } from "../helpers/ollama.ts";
import { fixture, pick, resourceOf } from "../helpers/system.ts";

void t.test("an Ollama that a run starts", { skip: noOllama() ?? false }, async (t) => {
  await t.test("an ollama of the PATH is started for the run, and ends with it", async (t) => {
    const source = await startOllama(t);
    await source.create("tiny:1b");
    const folder = t.testdir({});
    symlinkSync(OLLAMA, join(folder, "ollama"));
    const port = await freePort();
    const project = greeterProject(
      t,
      { port, models: ["tiny:1b"] },
      { PATH: `${folder}:${process.env["PATH"]}`, OLLAMA_MODELS: source.models },
    );
    const up = await project.agents(["up", "-d", "--mode", "auto", "--json"]);
    t.equal(up.code, 0, up.stderr);
    const run: unknown = JSON.parse(up.stdout);
    t.match(resourceOf(run, "llm"), {
      implementation: "local",
      state: "ready",
      pid: Number,
      url: `http://127.0.0.1:${port}`,
      reason: /ollama of this machine/,
    });
    t.match(await greet(run), { generatedBy: "live" });
    t.equal((await project.agents(["down"])).code, 0);
    const asked = fetch(`http://127.0.0.1:${port}/api/version`);
    await t.rejects(asked, "it is gone");
  });

  await t.test("a container is one too", { skip: noDocker() ?? false }, async (t) => {
    const docker = await testDocker(t);
    const image = "ollama/ollama:latest";
    await importImage(
      docker.docker,
      image,
      [OLLAMA, "sh"],
      ['ENTRYPOINT ["ollama"]', 'CMD ["serve"]', "ENV HOME=/root"],
    );
    const project = containerProject(t, docker, {
      resources: { llm: { kind: "ollama", image, port: 0, models: ["tiny:1b"] } },
      agents: { one: { command: fixture("listens.js"), health: "tcp", uses: ["llm"] } },
    });
    const pull = await project.agents(["pull", "--json"]);
    t.equal(pull.code, 1);
    t.match(pull.stdout, /"type":"image","resource":"llm"/u);
    t.match(JSON.parse(pull.stderr).error, { code: "AGENTS_MODEL_UNAVAILABLE", expected: "tiny:1b" });
    t.same(await containersOf(project, docker), [], "the container that it needed is gone");
    t.equal((await volumesOf(project, docker)).length, 1, "what came of the model stays");
    const up = project.up(["--mode", "containers"]);
    const event = await up.event("it lacks its model", (each) =>
      /pull tiny:1b/u.test(String(pick(each, "resource", "reason"))),
    );
    t.match(resourceOf(await project.json(["ps"]), "one"), { state: "waiting", waitsFor: ["llm"] });
    // There is no way from here to the models of the world: it comes by hand.
    await createTinyModel(String(pick(event, "resource", "url")), "tiny:1b");
    await up.ready();
    const run = await project.json(["ps"]);
    t.match(resourceOf(run, "llm"), { implementation: "container", image, state: "ready" });
    t.match(resourceOf(run, "one"), { llm: "live", state: "ready" });
    t.equal((await project.agents(["down"])).code, 0);
    t.same(await containersOf(project, docker), []);
  });
});
