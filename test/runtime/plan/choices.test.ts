import t from "tap";
import { AgentsError } from "../../../src/runtime/model/errors.ts";
import { imagesAskedFor } from "../../../src/runtime/plan/asks.ts";
import { BUILD } from "../../../src/runtime/plan/build.ts";
import type { Machine } from "../../../src/runtime/plan/machine.ts";
import type { Mode } from "../../../src/runtime/plan/mode.ts";
import { chooseLlm } from "../../../src/runtime/plan/stand-ins.ts";
import { answers, bare, build, choose, closed, config, everything, full, resolve } from "./kit.ts";

/** What serves Redis, SQL Server and the model on a machine that has this, beside nothing or everything else. */
const TABLE: readonly (readonly [string, Mode, Machine, readonly [string, string, string]])[] = [
  ["everything is there", "containers", full, ["container", "container", "container"]],
  ["everything is there", "auto", full, ["container", "container", "container"]],
  ["everything is there", "embedded", full, ["embedded", "embedded", "embedded"]],
  [
    "all but Docker",
    "auto",
    { ...full, docker: closed("AGENTS_DOCKER_MISSING") },
    ["local", "embedded", "local"],
  ],
  ["nothing but redis-server", "auto", { ...bare, redisServer: "/r" }, ["local", "embedded", "embedded"]],
  [
    "nothing but an ollama that runs",
    "auto",
    { ...bare, ollamaAnswers: new Set(["llm"]) },
    ["embedded", "embedded", "local"],
  ],
  [
    "nothing but an ollama on the PATH",
    "auto",
    { ...bare, ollamaProgram: "/o" },
    ["embedded", "embedded", "local"],
  ],
  ["nothing", "auto", bare, ["embedded", "embedded", "embedded"]],
  [
    "Docker on arm64",
    "auto",
    { ...full, docker: { ...answers, architecture: "arm64" } },
    ["container", "embedded", "container"],
  ],
  [
    "given servers",
    "auto",
    { ...full, given: { redis: "redis://r", sqlserver: "mssql://s", ollama: "http://o" } },
    ["external", "external", "external"],
  ],
  [
    "given servers",
    "containers",
    { ...full, given: { redis: "redis://r", sqlserver: "mssql://s", ollama: "http://o" } },
    ["external", "external", "external"],
  ],
];

for (const [what, mode, machine, expected] of TABLE) {
  t.test(`${mode}, ${what}: ${expected.join(", ")}`, (t) => {
    const { byName, problems } = choose({ mode, machine });
    t.same(problems, []);
    t.same(
      ["redis", "db", "llm"].map((name) => byName.get(name)?.as),
      expected,
    );
    for (const { reason } of byName.values()) t.match(reason, /\w/u);
    t.end();
  });
}

t.test("containers: what is missing is an error, one for each resource that wants it", (t) => {
  const docker = closed("AGENTS_DOCKER_NOT_PERMITTED");
  const { problems } = choose({ mode: "containers", machine: { ...full, docker } });
  t.same(problems, [docker.error, docker.error, docker.error]);
  t.end();
});

t.test(
  "containers: an image that cannot be pulled is an error; in auto the next choice is said aloud",
  (t) => {
    const error = new AgentsError("AGENTS_IMAGE_UNAVAILABLE", "redis cannot have its image.");
    const docker = { ...answers, images: { "redis:7.4-alpine": { at: "unavailable", error } } } as const;
    t.same(choose({ mode: "containers", machine: { ...full, docker } }).problems, [error]);
    const auto = choose({ mode: "auto", machine: { ...full, docker } });
    t.same(
      [...auto.byName.values()].map(({ as }) => as),
      ["local", "container", "container"],
    );
    t.match(auto.byName.get("redis")?.reason, /its image redis:7\.4-alpine cannot be pulled/u);
    t.equal(auto.notices.length, 1);
    t.match(auto.notices[0], /redis cannot have its image\. Instead: redis is local\./u);
    t.end();
  },
);

t.test("auto: one line for a Docker that is there and cannot be used, none where there is no Docker", (t) => {
  const one = choose({ mode: "auto", machine: { ...bare, docker: closed("AGENTS_DOCKER_NOT_RUNNING") } });
  t.equal(one.notices.length, 1);
  t.match(one.notices[0], /Instead: redis is embedded, db is embedded, llm is embedded\./u);
  t.same(choose({ mode: "auto", machine: bare }).notices, []);
  t.end();
});

t.test("what was chosen stays, whatever else is here now", (t) => {
  const stays = choose({
    mode: "auto",
    machine: full,
    kept: { redis: "embedded", db: "embedded", llm: "embedded" },
  });
  t.same(
    ["redis", "db"].map((name) => stays.byName.get(name)?.as),
    ["embedded", "embedded"],
  );
  t.equal(stays.byName.get("llm")?.as, "local", "a model holds no data: one that answers is taken");
  t.end();
});

t.test("embedded: nothing else is looked at, and each says who asked for it", (t) => {
  const { byName } = choose({ mode: "embedded", machine: full });
  for (const { as, reason } of byName.values()) {
    t.equal(as, "embedded");
    t.match(reason, /\(asked for with --mode embedded\)$/u);
  }
  const facts = { ollama: { llm: null }, llm: null, ollamaGiven: null };
  t.equal(
    chooseLlm(config, facts, byName).reason,
    "answers are deterministic samples, marked as such (asked for with --mode embedded)",
    "and not that no ollama answers: nobody asked it",
  );
  t.end();
});

t.test("what holds data and cannot start is an error, not another store", (t) => {
  const kept = { redis: "container", db: "container", llm: "container" } as const;
  const { problems, byName } = choose({
    mode: "auto",
    machine: { ...full, docker: closed("AGENTS_DOCKER_NOT_RUNNING") },
    kept,
  });
  t.same(
    problems.map(({ code }) => code),
    ["AGENTS_DOCKER_NOT_RUNNING", "AGENTS_DOCKER_NOT_RUNNING"],
  );
  t.match(problems[0]?.message, /^redis keeps its data in a container here/u);
  t.match(problems[0]?.details.hint, /agents up --mode embedded starts without it/u);
  const error = new AgentsError("AGENTS_DOCKER_NOT_RUNNING", "Docker does not answer.", {
    hint: "Start it, or run without it: agents up --mode embedded",
  });
  const off = choose({ mode: "auto", machine: { ...full, docker: { at: "closed", error } }, kept });
  t.equal(
    off.problems[0]?.details.hint,
    "Start it, or run without it: agents up --mode embedded (what it holds stays).",
    "what can be done is said once",
  );
  t.equal(byName.get("llm")?.as, "local");
  const gone = choose({ mode: "auto", machine: bare, kept: { redis: "local" } });
  t.match(gone.problems[0]?.message, /^redis keeps its data on a server of its own/u);
  t.end();
});

t.test("no model is asked: nothing is started for one", (t) => {
  t.equal(choose({ mode: "containers", machine: full, sampleOnly: true }).byName.get("llm")?.as, "embedded");
  t.end();
});

t.test("a container is one in every mode", (t) => {
  const own = resolve({
    resources: { mail: { kind: "container", image: "mail:1" } },
    agents: { a: { image: "a:1" } },
  });
  for (const mode of ["auto", "containers", "embedded"] as const) {
    t.same(choose({ config: own, mode, machine: full }).problems, []);
    const without = choose({ config: own, mode, machine: bare }).problems;
    t.match(
      without.map(({ message }) => message),
      [/^mail is a container \(mail:1\)/u, /^a is a container \(a:1\)/u],
    );
  }
  t.end();
});

t.test("what this build does not run is not chosen by auto, and refused where it is asked for", (t) => {
  const none = build("no");
  const auto = choose({ machine: { ...full, ollamaAnswers: new Set() }, build: none });
  t.same(
    [...auto.byName.values()].map(({ as }) => as),
    ["embedded", "embedded", "embedded"],
  );
  t.same(auto.problems, []);
  const asked = choose({ mode: "containers", machine: full, build: none });
  t.same(
    asked.problems.map(({ code }) => code),
    Array.from({ length: 3 }, () => "AGENTS_NOT_SUPPORTED"),
  );
  const half = build("asked");
  t.equal(choose({ machine: full, build: half }).byName.get("redis")?.as, "embedded");
  t.equal(choose({ mode: "containers", machine: full, build: half }).byName.get("redis")?.as, "container");
  t.end();
});

t.test("Docker is looked for only where something that is to run could use it", (t) => {
  const asks = {
    config,
    mode: "auto",
    kept: {},
    given: bare.given,
    build: everything,
    sampleOnly: false,
  } as const;
  t.same(imagesAskedFor(asks), [
    "redis:7.4-alpine",
    "mcr.microsoft.com/mssql/server:2025-latest",
    "ollama/ollama",
  ]);
  t.same(imagesAskedFor({ ...asks, mode: "embedded" }), []);
  t.same(imagesAskedFor({ ...asks, kept: { redis: "embedded", db: "container", llm: "local" } }), [
    "mcr.microsoft.com/mssql/server:2025-latest",
  ]);
  t.same(
    imagesAskedFor({
      ...asks,
      given: { redis: "redis://r", sqlserver: "mssql://s", ollama: null },
      sampleOnly: true,
    }),
    [],
  );
  t.same(imagesAskedFor({ ...asks, build: build("no") }), []);
  t.end();
});

t.test("this build says of every part whether it runs", (t) => {
  t.same(Object.keys(BUILD), Object.keys(everything));
  t.end();
});
