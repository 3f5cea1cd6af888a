import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Texts by their path below a folder. */
export type Files = ReadonlyMap<string, string>;

/** An agent, as the files that it is made of. */
export interface AgentFiles {
  readonly name: string;
  /** Below `src/agents/<name>`. */
  readonly source: Files;
  /** Below `prompts/<name>`. */
  readonly prompts: Files;
  /** Below `test/agents/<name>`. */
  readonly tests: Files;
}

/** One rule of the shape that all agents have, in words (ARCHITECTURE.md says the same) and as what does not keep to it. */
export interface ShapeRule {
  readonly says: string;
  readonly drifts: (agent: AgentFiles) => readonly string[];
}

export const SHAPE: readonly ShapeRule[] = [
  {
    says: "four layers, `events.ts` (with its parts in `events/` where it is long) and `main.ts`, and nothing else",
    drifts: ({ source }) => {
      const wanted = ["application", "domain", "events.ts", "infrastructure", "main.ts", "presentation"];
      const there = new Set([...source.keys()].map((path) => path.split("/")[0] ?? ""));
      return [
        ...wanted.filter((name) => !there.has(name)),
        ...[...there].filter((name) => !wanted.includes(name) && name !== "events"),
        ...[...source.keys()].filter((path) => !path.endsWith(".ts")),
      ];
    },
  },
  {
    says: "`main.ts` is `runAgent` with the folder's name, what `events.ts` lists, and `compose`",
    drifts: ({ name, source }) => [
      ...lacks(source, "main.ts", [
        /^await runAgent(?:<\w+>)?\(\{$/m,
        new RegExp(`^  name: "${name}",$`, "m"),
        /^  publishes: events,$/m,
        /^  compose,$/m,
        /^(?:async )?function compose\(kit: /m,
      ]),
      ...lacks(source, "events.ts", [
        /^export const events: readonly EventDefinition\[\] = \[/m,
        /\bdefineEvent\(/,
      ]),
    ],
  },
  {
    says: "a domain with `evolve` has `decide`, and its repository goes through them; an agent with event streams has such a domain",
    drifts: ({ source }) => {
      const domain = texts(source, /^domain\//).join("\n");
      const keeping = texts(source, KEEPS).join("\n");
      const evolves = /\bevolve(?:\w*\(|:)/.test(domain);
      return [
        ...(evolves && !/\bdecide(?:\w*\(|:)/.test(domain) ? ["evolve without decide"] : []),
        ...(evolves && !/\b(?:decideOn|evolve)\b/.test(keeping)
          ? ["evolve that nothing stored goes through"]
          : []),
        ...(/\.events\(/.test(keeping) && !evolves ? ["an event stream without evolve"] : []),
      ];
    },
  },
  {
    says: "`application/ports.ts` holds the ports and nothing that runs; classes of the infrastructure implement them",
    drifts: ({ source }) => {
      const ports = source.get("application/ports.ts");
      if (ports === undefined) return ["application/ports.ts"];
      const runs = [
        ...ports.matchAll(/^(?:import (?!type )|export (?!interface |type )|const |function |class ).*$/gm),
      ];
      const names = [...ports.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, port]) => port ?? "");
      const answered = texts(source, /^infrastructure\//).flatMap((text) =>
        [...text.matchAll(/\bclass \w+ implements (\w+)/g)].map(([, port]) => port ?? ""),
      );
      return [
        ...runs.map(([line]) => `application/ports.ts: ${line}`),
        ...answered.filter((port) => !names.includes(port)).map((port) => `${port} is no port`),
        ...(answered.length === 0 ? ["no port is implemented"] : []),
      ];
    },
  },
  {
    says: "a model is asked only in `infrastructure/prompt-*.ts`",
    drifts: ({ source }) => [
      ...elsewhere(source, /\.generate\(/, /^infrastructure\/prompt-[\w-]+\.ts$/),
      ...(texts(source, PROMPTED).length === 0 ? ["infrastructure/prompt-*.ts"] : []),
    ],
  },
  {
    says: "data is kept only in `infrastructure/sql-*.ts` (`transact`) or `state-*.ts` (`transactState`)",
    drifts: ({ source }) => [
      ...elsewhere(source, /\.transact\(/, /^infrastructure\/sql-[\w-]+\.ts$/),
      ...elsewhere(source, /\.transactState\(/, /^infrastructure\/state-[\w-]+\.ts$/),
      ...(texts(source, KEEPS).length === 0 ? ["infrastructure/sql-*.ts or state-*.ts"] : []),
    ],
  },
  {
    says: "with SQL, `infrastructure/tables.ts` has the `migrations` that `main.ts` gives to `runAgent`",
    drifts: ({ source }) => {
      const isSql = texts(source, /^infrastructure\/sql-/).length > 0;
      if (!isSql)
        return source.has("infrastructure/tables.ts") ? ["infrastructure/tables.ts without SQL"] : [];
      return [
        ...lacks(source, "infrastructure/tables.ts", [/^export const migrations: /m]),
        ...lacks(source, "main.ts", [/^  migrations,$/m]),
      ];
    },
  },
  {
    says: "the environment is read from `kit.env`, in `infrastructure/settings.ts` and its parts",
    drifts: ({ source }) => [
      ...elsewhere(source, /\bprocess\.env\b/, /^$/),
      ...elsewhere(source, /\bkit\.env\b/, /^main\.ts$/),
      ...(/\bkit\.env\b/.test(source.get("main.ts") ?? "")
        ? lacks(source, "infrastructure/settings.ts", [/^export function read/m])
        : []),
    ],
  },
  {
    says: "`presentation/routes.ts` has `commandRoutes`; all routes, `queryRoutes` among them, are in `*routes.ts`, and the schemas of bodies in `*schemas.ts`",
    drifts: ({ source }) => {
      const presented = new Map([...source].filter(([path]) => path.startsWith("presentation/")));
      const queries = /^export function queryRoutes\(/m;
      return [
        ...lacks(source, "presentation/routes.ts", [/^export function commandRoutes\(/m]),
        ...(texts(presented, ROUTES).some((text) => queries.test(text)) ? [] : ["no queryRoutes"]),
        ...elsewhere(presented, /\b(?:command|query)\(\{|\bon(?:<[^;]*>)?\(\w+, \{/, ROUTES),
        ...elsewhere(
          presented,
          /\bz\s*\.(?:strictO|looseO|o)bject\(/,
          /(?:routes|schemas|subscribed-events)\.ts$/,
        ),
        ...(texts(presented, /[/-]schemas\.ts$/).length === 0 ? ["presentation/schemas.ts"] : []),
      ];
    },
  },
  {
    says: "one command answers at `/execute`",
    drifts: ({ source }) => {
      const doors = texts(source, /^presentation\//).flatMap((text) => [
        ...text.matchAll(/path: "\/execute"/g),
      ]);
      return doors.length === 1 ? [] : [`${doors.length} commands at /execute`];
    },
  },
  {
    says: "`prompts/<name>/` holds YAML files named after their prompt, each with examples and tests, and each used by the agent",
    drifts: ({ source, prompts }) => {
      const asked = texts(source, PROMPTED).join("\n");
      const yaml = [...prompts].filter(([path]) => path.endsWith(".yaml"));
      return [
        ...(yaml.length === 0 ? ["no prompt"] : []),
        ...[...prompts.keys()].filter((path) => !/^[\w-]+(?:@[\w.-]+)?\.yaml$/.test(path)),
        ...yaml.flatMap(([path]) => {
          const name = path.replace(/(?:@[\w.-]+)?\.yaml$/, "");
          return [
            ...lacks(prompts, path, [new RegExp(`^name: ${name}$`, "m"), /^examples:$/m, /^tests:$/m]),
            ...(asked.includes(`"${name}"`) ? [] : [`${path}: nothing asks for it`]),
          ];
        }),
      ];
    },
  },
  {
    says: "`test/agents/<name>/domain/` tests the domain, without a process; the other tests of the agent are beside it",
    drifts: ({ tests }) => {
      const all = [...tests.keys()].filter((path) => path.endsWith(".test.ts"));
      const own = all.filter((path) => path.startsWith("domain/"));
      const inner = new Map([...tests].filter(([path]) => path.startsWith("domain/")));
      return [
        ...(own.length === 0 ? ["domain/*.test.ts"] : []),
        ...(own.length === all.length ? ["*.test.ts beside domain/"] : []),
        ...own.filter((path) => !/\/domain\/|\.\/\w/.test(tests.get(path) ?? "")),
        ...elsewhere(inner, /\b(?:runAgentProcess|TestSystem)\b/, /^$/),
      ];
    },
  },
];

const PROMPTED = /^infrastructure\/prompt-[\w-]+\.ts$/;
const KEEPS = /^infrastructure\/(?:sql|state)-[\w-]+\.ts$/;
const ROUTES = /[/-]routes\.ts$/;

/** Everything in which an agent is not of the shape that all have. */
export function driftsOf(agent: AgentFiles): readonly string[] {
  return SHAPE.flatMap(({ says, drifts }) => drifts(agent).map((drift) => `${says}: ${drift}`));
}

/** An agent of a project; where several roots have a file, that of the later one counts. */
export function agentFiles(name: string, roots: readonly string[]): AgentFiles {
  const read = (folder: string): Files =>
    new Map(roots.flatMap((root) => [...filesIn(join(root, folder, name))]));
  return { name, source: read("src/agents"), prompts: read("prompts"), tests: read("test/agents") };
}

function filesIn(folder: string): Files {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((file) => [file.slice(folder.length + 1), readFileSync(file, "utf8")]),
  );
}

function texts(files: Files, where: RegExp): readonly string[] {
  return [...files].flatMap(([path, text]) => (where.test(path) ? [text] : []));
}

function lacks(files: Files, path: string, wanted: readonly RegExp[]): readonly string[] {
  const text = files.get(path);
  if (text === undefined) return [path];
  return wanted.filter((one) => !one.test(text)).map((one) => `${path} without ${one.source}`);
}

/** Files that have what only those of a name may have. */
function elsewhere(files: Files, what: RegExp, where: RegExp): readonly string[] {
  return [...files].flatMap(([path, text]) => (what.test(text) && !where.test(path) ? [path] : []));
}
