import type { Part } from "./parts.ts";
import { namesOf, partsOf } from "./parts.ts";
import type { Problem } from "./problem.ts";
import { broken, join, missing, wrong } from "./problem.ts";

/** What a shape cannot say: names that clash or are kept, ports used twice, an agent that is nothing or two things. */
export function checkRules(raw: unknown): readonly Problem[] {
  return [
    ...checkNames(raw),
    ...checkPorts(raw),
    ...checkWhatItRuns(raw),
    ...checkSecretStores(raw),
    ...checkAuth(raw),
    ...checkEnvironments(raw),
  ];
}

/** With an Entra identity there is no key. */
function checkAuth(raw: unknown): readonly Problem[] {
  return partsOf(raw, "resources").flatMap(({ path, value }) =>
    value["kind"] === "azureopenai" && value["auth"] === "entra" && value["keyFrom"] !== undefined
      ? [
          broken(
            `${path}.keyFrom`,
            'keyFrom goes with auth: "key", and this resource has "entra".',
            "no keyFrom",
            value["keyFrom"],
          ),
        ]
      : [],
  );
}

/** An environment speaks of agents that there are. */
function checkEnvironments(raw: unknown): readonly Problem[] {
  const names = namesOf(raw, "agents");
  return partsOf(raw, "environments").flatMap(({ path, value }) =>
    namesOf(value, "agents").flatMap((name) =>
      names.includes(name)
        ? []
        : [
            wrong(
              join(`${path}.agents`, name),
              name,
              { what: "an agent", expected: `one of ${names.join(", ")}` },
              names,
            ),
          ],
    ),
  );
}

/** `cli` publishes by hand; `<agent>-dapr` is what an agent's sidecar is called. */
function checkNames(raw: unknown): readonly Problem[] {
  const agents = namesOf(raw, "agents");
  const reserved = agents.flatMap((name) => {
    const path = join("agents", name);
    if (name === "cli")
      return [
        broken(
          path,
          '"cli" is the name of the command line itself: expected another name.',
          "another name",
          name,
        ),
      ];
    if (!name.endsWith("-dapr")) return [];
    return [
      broken(
        path,
        `${JSON.stringify(name)} could be a sidecar's name: expected a name that does not end with -dapr.`,
        "a name that does not end with -dapr",
        name,
      ),
    ];
  });
  const clashes = namesOf(raw, "resources").flatMap((name) => {
    const owner = agents.find((agent) => name === agent || name === `${agent}-dapr`);
    if (owner === undefined) return [];
    const what = name === owner ? "an agent" : `the sidecar of ${owner}`;
    return [
      broken(
        join("resources", name),
        `${what} has the name ${JSON.stringify(name)} already: expected another name.`,
        "a name used once",
        name,
      ),
    ];
  });
  return [...reserved, ...clashes];
}

/** Ports that are written twice. A default that is met twice is fine: those are preferred, and move. */
function checkPorts(raw: unknown): readonly Problem[] {
  const owners = new Map<number, string>();
  const written = [
    ...partsOf(raw, "agents").flatMap(({ path, value }) => [
      { path: `${path}.port`, port: value["port"] },
      { path: `${path}.sidecarPort`, port: value["sidecarPort"] },
    ]),
    ...partsOf(raw, "resources").map(({ path, value }) => ({ path: `${path}.port`, port: value["port"] })),
  ];
  return written.flatMap(({ path, port }) => {
    if (typeof port !== "number" || port === 0) return [];
    const owner = owners.get(port);
    owners.set(port, owner ?? path);
    return owner === undefined
      ? []
      : [
          broken(
            path,
            `port ${port} is the port of ${owner} already: expected another one.`,
            "a port used once",
            port,
          ),
        ];
  });
}

const RUNNERS = ["entry", "command", "image"] as const;

function checkWhatItRuns(raw: unknown): readonly Problem[] {
  return partsOf(raw, "agents").flatMap((part) => {
    const [first, second] = RUNNERS.filter((key) => part.value[key] !== undefined);
    if (first === undefined)
      return [
        missing(`${part.path}.entry`, { what: "", expected: "entry (a file), command (a list) or image" }),
      ];
    if (second !== undefined) {
      return [
        broken(
          `${part.path}.${second}`,
          `it has ${first} already: expected one of entry, command and image.`,
          "one of entry, command and image",
          `${first} and ${second}`,
        ),
      ];
    }
    return [
      ...onlyFor(part, "external", first, ["entry"]),
      ...onlyFor(part, "cwd", first, ["entry", "command"]),
    ];
  });
}

function onlyFor(
  { path, value }: Part,
  key: string,
  runner: string,
  allowed: readonly string[],
): readonly Problem[] {
  if (value[key] === undefined || allowed.includes(runner)) return [];
  return [
    broken(
      `${path}.${key}`,
      `${key} goes with ${allowed.join(" or ")}, and this agent has ${runner}.`,
      `no ${key}`,
      value[key],
    ),
  ];
}

/** Dapr's file store reads the file it is told, and there is no default. */
function checkSecretStores(raw: unknown): readonly Problem[] {
  return partsOf(raw, "components").flatMap(({ path, value }) => {
    const metadata = value["metadata"];
    const file = typeof metadata === "object" && metadata !== null && "secretsFile" in metadata;
    return value["type"] === "secretstores.local.file" && !file
      ? [
          missing(`${path}.metadata.secretsFile`, {
            what: "",
            expected: "the path of a JSON file, relative to the config",
          }),
        ]
      : [];
  });
}
