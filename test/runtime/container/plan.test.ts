import t from "tap";
import { configHash } from "../../../src/runtime/resources/container/config-hash.ts";
import { createOptions } from "../../../src/runtime/resources/container/create-options.ts";
import { container } from "../../../src/runtime/resources/container/definition.ts";
import {
  containerName,
  networkAlias,
  projectPrefix,
  volumeName,
} from "../../../src/runtime/resources/container/identity.ts";
import {
  fullImageName,
  isImageName,
  registryOf,
} from "../../../src/runtime/resources/container/image-name.ts";
import type { ObservedContainer } from "../../../src/runtime/resources/container/plan.ts";
import { planContainer } from "../../../src/runtime/resources/container/plan.ts";

const wanted = { name: "p-redis", configHash: "one", lifetime: "run" } as const;

function found(more: Partial<ObservedContainer> = {}): ObservedContainer {
  const owner = { resource: "redis", configHash: "one", lifetime: "run" } as const;
  return { id: "a", name: "p-redis", state: "running", owner, ...more };
}

t.test("what is there and what is wanted make a plan", async (t) => {
  const changed = { resource: "redis", configHash: "other", lifetime: "run" } as const;
  const persistent = { resource: "redis", configHash: "one", lifetime: "persistent" } as const;
  const cases: readonly (readonly [string, readonly ObservedContainer[], object])[] = [
    ["nothing", [], { do: "create", remove: [] }],
    ["one that runs and fits", [found()], { do: "take-over", id: "a", remove: [] }],
    ["one that was stopped and fits", [found({ state: "exited" })], { do: "start", id: "a" }],
    ["another configuration", [found({ owner: changed })], { do: "replace", remove: ["a"] }],
    ["another lifetime", [found({ owner: persistent })], { do: "replace", remove: ["a"] }],
    ["another name", [found({ name: "old-redis" })], { do: "replace", remove: ["a"] }],
    ["a paused one", [found({ state: "paused" })], { do: "replace", why: "it is paused" }],
    ["a dead one", [found({ state: "dead" })], { do: "replace", why: "it is dead" }],
    ["one that never started", [found({ state: "created" })], { do: "replace", why: "it never started" }],
    [
      "a fitting one beside an old one",
      [found({ id: "b", owner: changed, name: "x" }), found()],
      { do: "take-over", id: "a", remove: ["b"] },
    ],
    ["a stranger's", [found({ owner: null })], { do: "refuse", name: "p-redis" }],
    ["a stranger's of another name", [found({ owner: null, name: "p-redis-2" })], { do: "create" }],
  ];
  for (const [name, observed, plan] of cases) t.match(planContainer(wanted, observed), plan, name);
});

t.test("the hash follows what the container is made of, and nothing else", async (t) => {
  const base = container({ image: "a", env: { A: "1", B: "2" }, secretsEnv: { S: "x" } });
  const same = container({ image: "a", env: { B: "2", A: "1" }, secretsEnv: { S: "x" } });
  t.equal(configHash(base), configHash(same), "the order of keys means nothing");
  t.equal(configHash(base), configHash({ ...base, health: { by: "none" }, stopTimeoutMs: 1 }));
  const others = [
    { ...base, image: "b" },
    { ...base, env: { A: "1" } },
    { ...base, secretsEnv: { S: "y" } },
    { ...base, ports: [{ container: 1, host: 2 }] },
    { ...base, volumes: [{ name: "v", path: "/v" }] },
    { ...base, memoryBytes: 1 },
    { ...base, command: ["x"] as const },
    { ...base, files: [{ path: "/f", content: "c" }] },
  ];
  t.equal(new Set([base, ...others].map(configHash)).size, others.length + 1);
});

t.test("names are Docker's, readable, and apart from each other", async (t) => {
  const project = { name: "my-agents", root: "/home/me/my-agents" };
  const twin = { name: "my-agents", root: "/home/me/copy" };
  t.match(containerName(project, "redis"), /^my-agents-[0-9a-f]{10}-redis$/);
  t.match(volumeName(project, "redis", "data"), /^my-agents-[0-9a-f]{10}-redis-data$/);
  t.not(projectPrefix(project), projectPrefix(twin), "two folders, two projects");
  const hostile = [
    "a_b",
    "a-b",
    "a.b",
    "A-B",
    "../..",
    "",
    " ",
    "ü",
    "x".repeat(500),
    "x".repeat(501),
    "-a",
    "a-",
  ];
  const names = hostile.map((name) => containerName(project, name));
  t.equal(new Set(names).size, hostile.length);
  for (const name of names) t.match(name, /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,99}$/);
  for (const name of hostile)
    t.match(networkAlias(name), /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "a DNS label");
});

t.test("a container is published on loopback only, and a user's label hides none of ours", async (t) => {
  const definition = container({
    image: "a",
    env: { A: "1" },
    secretsEnv: { PASSWORD: "hush" },
    labels: { "agents-apphost.run": "another", mine: "1" },
    ports: [
      { container: 80, host: 8080 },
      { container: 81, host: "any" },
    ],
    volumes: [
      { name: "data", path: "/data" },
      { bind: "/srv", path: "/srv", readOnly: true },
    ],
    memoryBytes: 1024,
  });
  const owner = { project: { name: "p", root: "/p" }, runId: "r", resource: "x", lifetime: "run" } as const;
  const options = createOptions(definition, owner);
  t.match(options, {
    Image: "a:latest",
    Labels: {
      mine: "1",
      "agents-apphost.run": "r",
      "agents-apphost.project": "p",
      "agents-apphost.resource": "x",
    },
    HostConfig: {
      PortBindings: {
        "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }],
        "81/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }],
      },
      Memory: 1024,
      MemorySwap: 1024,
      RestartPolicy: { Name: "no" },
      Mounts: [
        { Type: "volume", Source: /^p-[0-9a-f]{10}-x-data$/, Target: "/data" },
        { Type: "bind", Source: "/srv", Target: "/srv", ReadOnly: true },
      ],
    },
  });
  const { Env, ...rest } = options;
  t.strictSame(Env, ["A=1", "PASSWORD=hush"]);
  t.notOk(JSON.stringify(rest).includes("hush"), "the secret stands nowhere else");
});

t.test("an image's name is read as Docker reads it", async (t) => {
  const digest = `sha256:${"0".repeat(64)}`;
  t.equal(fullImageName("redis"), "redis:latest");
  t.equal(fullImageName("localhost:5000/redis"), "localhost:5000/redis:latest");
  t.equal(fullImageName("redis:7.4-alpine"), "redis:7.4-alpine");
  t.equal(fullImageName(`redis@${digest}`), `redis@${digest}`);
  t.equal(fullImageName(`redis:7@${digest}`), `redis:7@${digest}`);
  t.equal(registryOf("redis"), "https://index.docker.io/v1/");
  t.equal(registryOf("ollama/ollama"), "https://index.docker.io/v1/");
  t.equal(registryOf("mcr.microsoft.com/mssql/server:2025-latest"), "mcr.microsoft.com");
  t.equal(registryOf("localhost/x"), "localhost");
  for (const bad of ["", "a b", "a?x=1", "../a", "a/../b", "a#b", "a\n", "http://a", "a@sha256:1"])
    t.notOk(isImageName(fullImageName(bad)), JSON.stringify(bad));
});
