import t from "tap";
import { pubsub, redis } from "agents-apphost";
import { resolveConfig } from "../../src/runtime/model/config/resolve.ts";

const FILE = "/project/agents.config.ts";

/** All problems of a config, `path: message`. */
function problems(raw: unknown): readonly string[] {
  const resolution = resolveConfig(raw, FILE);
  return resolution.at === "invalid"
    ? resolution.problems.map(({ path, message }) => `${path}: ${message}`)
    : [];
}

const withAgent = (
  more: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, unknown>> = {},
) => ({
  name: "p",
  agents: { a: { entry: "a.ts", ...more } },
  ...rest,
});

const families: readonly (readonly [title: string, config: unknown, expected: RegExp])[] = [
  ["a config that is no object", 3, /^: 3 is not the config/],
  ["no name", { agents: {} }, /^name: is missing/],
  ["no agents", { name: "p" }, /^agents: is missing/],
  ["a port out of range", withAgent({ port: 70_000 }), /^agents\.a\.port: 70000 is not a port/],
  ["a fractional port", withAgent({ port: 7.5 }), /^agents\.a\.port: 7\.5 is not a port/],
  [
    "a mistyped resource",
    withAgent({ uses: ["rediz"] }, { resources: { redis: { kind: "redis" } } }),
    /^agents\.a\.uses\[0\]: "rediz" is not a resource\. Did you mean "redis"\?/,
  ],
  [
    "a resource value that has no name",
    withAgent({ uses: [redis()] }),
    /^agents\.a\.uses\[0\]: this redis is not in resources\. Add it there: resources: \{ redis: … \}/,
  ],
  [
    "a component on a value that has no name",
    withAgent({}, { components: { c: pubsub(redis()) } }),
    /^components\.c\.resource: this redis is not in resources/,
  ],
  ["a reference that is no name", withAgent({ uses: [7] }), /^agents\.a\.uses\[0\]: 7 is not a resource/],
  [
    "pub/sub on SQL Server",
    withAgent(
      {},
      { resources: { db: { kind: "sqlserver" } }, components: { c: { kind: "pubsub", resource: "db" } } },
    ),
    /^components\.c\.resource: "db" is a sqlserver: expected a redis resource/,
  ],
  [
    "a task that is used",
    withAgent({ uses: ["m"] }, { resources: { m: { kind: "task", command: ["x"] } } }),
    /^agents\.a\.uses\[0\]: "m" is a task.*dependsOn: \{ "m": "completed" \}/,
  ],
  [
    "a dependency that does not exist",
    withAgent({ dependsOn: { b: "ready" } }),
    /^agents\.a\.dependsOn\.b: "b" is not an agent or a resource/,
  ],
  [
    "a condition that does not exist",
    { name: "p", agents: { a: { entry: "a", dependsOn: { b: "redy" } }, b: { entry: "b" } } },
    /^agents\.a\.dependsOn\.b: "redy" is not a condition\. Did you mean "ready"\?/,
  ],
  [
    "waiting for an agent to complete",
    { name: "p", agents: { a: { entry: "a", dependsOn: { b: "completed" } }, b: { entry: "b" } } },
    /"b" does not complete, only a task does/,
  ],
  [
    "an agent that waits for itself",
    withAgent({ dependsOn: { a: "ready" } }),
    /^agents\.a\.dependsOn: a waits for a: none of them could ever start/,
  ],
  [
    "a circle",
    {
      name: "p",
      agents: {
        a: { entry: "a", dependsOn: { b: "ready" } },
        b: { entry: "b", dependsOn: { c: "started" } },
        c: { entry: "c", dependsOn: { a: "ready" } },
      },
    },
    /^agents\.a\.dependsOn: a waits for b, which waits for c, which waits for a/,
  ],
  [
    "one port for two agents",
    { name: "p", agents: { a: { entry: "a", port: 7000 }, b: { entry: "b", sidecarPort: 7000 } } },
    /^agents\.b\.sidecarPort: port 7000 is the port of agents\.a\.port already/,
  ],
  [
    "an agent called cli",
    { name: "p", agents: { cli: { entry: "a" } } },
    /^agents\.cli: "cli" is the name of the command line/,
  ],
  [
    "an agent called like a sidecar",
    { name: "p", agents: { "a-dapr": { entry: "a" } } },
    /^agents\.a-dapr: .*could be a sidecar's name/,
  ],
  [
    "a resource and an agent of one name",
    withAgent({}, { resources: { a: { kind: "redis" } } }),
    /^resources\.a: an agent has the name "a" already/,
  ],
  [
    "a resource called like a sidecar",
    withAgent({}, { resources: { "a-dapr": { kind: "redis" } } }),
    /^resources\.a-dapr: the sidecar of a has the name/,
  ],
  [
    "an app id with a dot",
    { name: "p", agents: { "a.b": { entry: "a" } } },
    /^agents\["a\.b"\]: "a\.b" is not an agent name/,
  ],
  ["entry and command", withAgent({ command: ["x"] }), /^agents\.a\.command: it has entry already/],
  [
    "nothing to run",
    { name: "p", agents: { a: {} } },
    /^agents\.a\.entry: is missing: expected entry \(a file\), command \(a list\) or image/,
  ],
  [
    "an empty command",
    { name: "p", agents: { a: { command: [] } } },
    /^agents\.a\.command: an empty list is not a command/,
  ],
  [
    "cwd for an image",
    { name: "p", agents: { a: { image: "i", cwd: "x" } } },
    /^agents\.a\.cwd: cwd goes with entry or command/,
  ],
  [
    "a duration without unit",
    withAgent({ stopTimeout: "10" }),
    /^agents\.a\.stopTimeout: "10" is not a duration/,
  ],
  ["no replicas", withAgent({ replicas: 0 }), /^agents\.a\.replicas: 0 is not a number of replicas/],
  [
    "a health check that is no path",
    withAgent({ health: "ready" }),
    /^agents\.a\.health: "ready" is not a health check/,
  ],
  [
    "an environment variable with a dash",
    withAgent({ env: { "A-B": "x" } }),
    /^agents\.a\.env\.A-B: "A-B" is not a variable name/,
  ],
  [
    "an environment value that is an object",
    withAgent({ env: { A: {} } }),
    /^agents\.a\.env\.A: an object is not a value/,
  ],
  [
    "a secret file store without a file",
    withAgent({}, { components: { s: { kind: "secretstore", type: "secretstores.local.file" } } }),
    /^components\.s\.metadata\.secretsFile: is missing/,
  ],
  [
    "a function among the environments",
    withAgent({}, { environments: { dev: { scale: () => 1 } } }),
    /^environments\.dev\.scale: a function is not plain data/,
  ],
  [
    "an environment that is a text",
    withAgent({}, { environments: { dev: "x" } }),
    /^environments\.dev: "x" is not an environment/,
  ],
  [
    "an unknown key deep inside",
    withAgent({}, { resources: { r: { kind: "redis", prot: 1 } } }),
    /^resources\.r\.prot: .*Did you mean "port"\?/,
  ],
];

for (const [title, config, expected] of families) {
  void t.test(`${title} is one problem, with its path`, async (t) => {
    const found = problems(config);
    t.equal(found.length, 1, found.join("\n"));
    t.match(found[0], expected);
  });
}
