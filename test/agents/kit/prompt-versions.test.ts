import { mkdirSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { createLogger } from "../../../src/agents/kit/log/logger.ts";
import { PromptFolder } from "../../../src/agents/kit/prompts/prompt-folder.ts";

const prompt = (version: string, label: string | null = null, content = "Greet."): string =>
  `schema: agents.prompt/v1
name: greet
version: "${version}"
description: Greet a person
${label === null ? "" : `labels: [${label}]`}
input: { type: object }
messages: [{ role: user, content: "${content}" }]
`;

function openFolder(t: Test, files: Record<string, string>, frozen = false) {
  const folder = t.testdir(files);
  const lines: string[] = [];
  const log = createLogger((line) => void lines.push(line), "debug");
  const prompts = new PromptFolder({ agent: "greeter", folder, frozen, log });
  const version = async (asked: string): Promise<string> => (await prompts.get(asked)).version;
  const save = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  return { folder, prompts, version, save, lines };
}

const files = {
  "greet.yaml": prompt("3.0.0", "canary"),
  "greet@1.0.0.yaml": prompt("1.0.0", "deprecated"),
  "greet@2.0.0.yaml": prompt("2.0.0"),
  "greet@2.10.0.yaml": prompt("2.10.0", "stable"),
  "greet@2.9.0.yaml": prompt("2.9.0"),
  "greet@2.11.0-rc.1.yaml": prompt("2.11.0-rc.1"),
};

void t.test("a prompt is asked for by version, range and label", async (t) => {
  const { version } = openFolder(t, files);
  t.equal(await version("greet"), "2.10.0", "the highest stable one: neither the canary nor the pre-release");
  t.equal(await version("greet@stable"), "2.10.0");
  t.equal(await version("greet@2.0.0"), "2.0.0");
  t.equal(await version("greet@^2"), "2.10.0");
  t.equal(await version("greet@>=2.0.0 <2.10.0"), "2.9.0");
  t.equal(await version("greet@>=2"), "2.10.0", "a range takes stable ones first");
  t.equal(await version("greet@^3"), "3.0.0", "and a canary where nothing else is in it");
  t.equal(await version("greet@canary"), "3.0.0");
  t.equal(await version("greet@deprecated"), "1.0.0");
  t.equal(await version("greet@2.11.0-rc.1"), "2.11.0-rc.1");
});

void t.test("what is not there is told with what there is", async (t) => {
  const { prompts } = openFolder(t, { "greet.yaml": prompt("1.0.0", "stable") });
  const name = "PromptNotFound";
  await t.rejects(prompts.get("greet@^2"), {
    name,
    message: /no "greet@\^2"; of greet there is 1\.0\.0 stable/,
  });
  await t.rejects(prompts.get("greet@canary"), { name, message: /there is 1\.0\.0 stable/ });
  await t.rejects(prompts.get("greet@newest"), { name, message: /"newest" is not a version, a range/ });
  await t.rejects(prompts.get("bow"), { name, message: /expected the file .*bow\.yaml. There is greet\.$/ });
});

void t.test("a prompt of which all is on trial is used", async (t) => {
  const { version } = openFolder(t, { "greet.yaml": prompt("1.0.0", "canary") });
  t.equal(await version("greet"), "1.0.0");
});

void t.test("a version that appears is used by the next call", async (t) => {
  const { version, save } = openFolder(t, { "greet.yaml": prompt("1.0.0") });
  t.equal(await version("greet"), "1.0.0");
  save("greet@1.1.0.yaml", prompt("1.1.0"));
  t.equal(await version("greet"), "1.1.0");
  save("greet.yaml", prompt("1.2.0"));
  t.equal(await version("greet"), "1.2.0");
  t.equal(await version("greet@1.1.0"), "1.1.0");
});

void t.test(
  "of one version twice, the frozen one is what its number means, the working copy what a save means",
  async (t) => {
    const { prompts } = openFolder(t, {
      "greet.yaml": prompt("1.0.0", null, "Greet well."),
      "greet@1.0.0.yaml": prompt("1.0.0"),
    });
    t.same((await prompts.get("greet")).render({}), [{ role: "user", content: "Greet well." }]);
    t.same((await prompts.get("greet@1.0.0")).render({}), [{ role: "user", content: "Greet." }]);
  },
);

void t.test("a broken file keeps its last good version, beside the others", async (t) => {
  const { prompts, version, save, lines } = openFolder(t, {
    "greet.yaml": prompt("2.0.0"),
    "greet@1.0.0.yaml": prompt("1.0.0"),
  });
  t.equal(await version("greet"), "2.0.0");
  save("greet.yaml", "broken: [");
  t.equal(await version("greet"), "2.0.0");
  t.match(lines.join("\n"), /still using greet@2\.0\.0\+/);
  t.match(await prompts.list(), [
    { at: "broken", name: "greet", ref: /^greet@2\.0\.0\+/ },
    { at: "ready", name: "greet@1.0.0", ref: /^greet@1\.0\.0\+/ },
  ]);
});

void t.test("a broken file that is deleted is no longer told of", async (t) => {
  const { prompts, folder } = openFolder(t, { "greet.yaml": prompt("1.0.0"), "bow.yaml": "broken: [" });
  await prompts.get("greet");
  t.match(await prompts.warning(), /bow\.yaml:1:\d+: .*no earlier version/);
  rmSync(join(folder, "bow.yaml"));
  t.equal(await prompts.warning(), null);
  t.same(
    (await prompts.list()).map(({ at, name }) => ({ at, name })),
    [{ at: "ready", name: "greet" }],
  );
});

void t.test("what cannot be read is broken, and keeps no other prompt from being used", async (t) => {
  const { prompts, version, folder, save } = openFolder(t, { "greet.yaml": prompt("1.0.0") });
  mkdirSync(join(folder, "bow.yaml"));
  t.equal(await version("greet"), "1.0.0");
  const message = /bow\.yaml: it cannot be read: it is a folder/;
  await t.rejects(prompts.get("bow"), { name: "PromptNotFound", message });
  t.match(await prompts.warning(), message);
  rmdirSync(join(folder, "bow.yaml"));
  save("bow.yaml", prompt("1.1.0").replace("name: greet", "name: bow"));
  t.equal(await version("bow"), "1.1.0");
});

void t.test("a file whose name and version are not one is broken", async (t) => {
  const { prompts } = openFolder(t, { "greet@1.0.0.yaml": prompt("1.0.1") });
  await t.rejects(prompts.get("greet"), {
    message: /greet@1\.0\.0\.yaml:3:10: the version is "1\.0\.1", expected "1\.0\.0", as in the name/,
  });
});

void t.test("in production no file is looked at again", async (t) => {
  const { version, save } = openFolder(t, { "greet.yaml": prompt("1.0.0") }, true);
  t.equal(await version("greet"), "1.0.0");
  save("greet@1.1.0.yaml", prompt("1.1.0"));
  t.equal(await version("greet"), "1.0.0");
});
