import type { RuleName } from "../../src/cli/check/rules.ts";

/** A file of an agent that imports something. */
export interface AgentPlant {
  readonly file: string;
  readonly imports: string;
  /** The rule of `agents check` that it breaks; null where only this repository has one. */
  readonly rule: RuleName | null;
}

type Wrong = readonly [imports: string, rule: RuleName | null];

const LAYERS = ["domain", "application", "presentation", "infrastructure"] as const;
const DEPTHS = [0, 1, 2];

/** Every way in which a file of an agent can break a rule, in each layer and at each depth. */
export function forbiddenIn(agent: string, other: string): readonly AgentPlant[] {
  const layers = LAYERS.flatMap((layer) =>
    DEPTHS.flatMap((depth) => {
      const up = "../".repeat(depth + 1);
      const folder = `src/agents/${agent}/${layer}${"/deep".repeat(depth)}`;
      return plant(folder, [...wrongIn(layer, up, other), ...repositoryOnly(layer, up)]);
    }),
  );
  const own = `src/agents/${agent}`;
  return [
    ...layers,
    ...plant(own, otherAgents("", other)),
    { file: `${own}/events.ts`, imports: "./infrastructure/sql.ts", rule: "events-alone" },
    { file: `${own}/events/part.ts`, imports: "../application/ports.ts", rule: "events-alone" },
    { file: `${own}/events/other.ts`, imports: `../../${other}/domain/order.ts`, rule: "other-agents" },
  ];
}

function plant(folder: string, wrong: readonly Wrong[]): readonly AgentPlant[] {
  return wrong.map(([imports, rule], index) => ({ file: `${folder}/planted-${index}.ts`, imports, rule }));
}

/** What breaks the rule of `events.ts`, of which there is one. */
export const WRONG_IN_EVENTS: readonly string[] = [
  "./application/ports.ts",
  "./infrastructure/sql.ts",
  "./presentation/routes.ts",
  "./main.ts",
];

function wrongIn(layer: (typeof LAYERS)[number], up: string, other: string): readonly Wrong[] {
  const inwards: RuleName | "domain" = layer === "domain" ? "domain" : `${layer}-inwards`;
  if (inwards === "domain")
    return [
      ...[
        "application/ports.ts",
        "infrastructure/sql.ts",
        "presentation/routes.ts",
        "main.ts",
        "events.ts",
      ].map((path): Wrong => [up + path, "domain-alone"]),
      [`${up}../${other}/events.ts`, "domain-alone"],
      [`${up}../${other}/domain/order.ts`, "domain-alone"],
      ["agents-apphost", "domain-alone"],
      ...["zod", "node:fs", "@x/y", "#shared/x", "ajv", "agentkeepalive"].map((name): Wrong => [
        name,
        "domain-packages",
      ]),
      ["agents-apphost/kit", "domain-kit"],
    ];
  const outward = {
    application: ["infrastructure/sql.ts", "presentation/routes.ts", "main.ts"],
    presentation: ["infrastructure/sql.ts", "main.ts"],
    infrastructure: ["presentation/routes.ts", "main.ts"],
    domain: [],
  }[layer];
  const detours = outward.flatMap((path) => [`./${up}${path}`, `${up}domain/../${path}`, `${up}./${path}`]);
  return [
    ...[...outward, "main.js", "main", ...detours].map((path): Wrong => [
      path.startsWith(".") ? path : up + path,
      inwards,
    ]),
    ...otherAgents(up, other),
  ];
}

function otherAgents(up: string, other: string): readonly Wrong[] {
  const there = up === "" ? `../${other}` : `${up}../${other}`;
  return [
    "domain/order.ts",
    "application/ports.ts",
    "infrastructure/sql.ts",
    "presentation/routes.ts",
    "main.ts",
  ].map((path) => [`${there}/${path}`, "other-agents"]);
}

/** A domain reaches none of these anyway. */
function repositoryOnly(layer: (typeof LAYERS)[number], up: string): readonly Wrong[] {
  if (layer === "domain") return [];
  return [
    `${up}../../runtime/model/errors.ts`,
    `${up}../../cli/context.ts`,
    `${up}../kit/model/chat-model.ts`,
    `${up}../../index.ts`,
    "execa",
  ].map((imports) => [imports, null]);
}

/** What a file of each layer may import. */
export function allowedIn(agent: string, other: string): readonly AgentPlant[] {
  const good = {
    domain: () => ["./order.ts", "./deep/order.ts"],
    application: (up: string) => [
      `${up}domain/order.ts`,
      `${up}events.ts`,
      `${up}../${other}/events.ts`,
      "./ports.ts",
      "agents-apphost/kit",
      "zod",
    ],
    presentation: (up: string) => [
      `${up}application/ports.ts`,
      `${up}domain/order.ts`,
      `${up}events.ts`,
      `${up}../${other}/events.ts`,
      "@hono/zod-openapi",
    ],
    infrastructure: (up: string) => [
      `${up}application/ports.ts`,
      `${up}domain/order.ts`,
      `${up}events.ts`,
      "./sql.ts",
      "kysely",
      "node:fs",
    ],
  };
  const layers = LAYERS.flatMap((layer) =>
    DEPTHS.flatMap((depth) =>
      good[layer]("../".repeat(depth + 1)).map((imports, index) => ({
        file: `src/agents/${agent}/${layer}${"/fine".repeat(depth)}/fine-${index}.ts`,
        imports,
        rule: null,
      })),
    ),
  );
  const main = [
    "./infrastructure/sql.ts",
    "./presentation/routes.ts",
    "./application/ports.ts",
    "./events.ts",
  ];
  return [
    ...layers,
    { file: `src/agents/${agent}/domain/fine/up.ts`, imports: "../order.ts", rule: null },
    ...main.map((imports, index) => ({
      file: `src/agents/${agent}/composes-${index}.ts`,
      imports,
      rule: null,
    })),
  ];
}

/** The ways of importing; each has to be seen. */
export const FORMS: readonly ((specifier: string) => string)[] = [
  (specifier) => `import { x } from "${specifier}";\nexport const y = x;\n`,
  (specifier) => `import type { X } from "${specifier}";\nexport type Y = X;\n`,
  (specifier) => `export { x } from "${specifier}";\n`,
  (specifier) => `export const x = await import("${specifier}");\n`,
  (specifier) => `import "${specifier}";\nexport const y = 1;\n`,
  (specifier) => `export * from "${specifier}";\n`,
  (specifier) => `import type * as X from "${specifier}";\nexport type Y = X.Y;\n`,
  (specifier) => `import x = require("${specifier}");\nexport const y = x;\n`,
];

/** Ways that are not written here at all (the lint has rules for the last two); `agents check` sees what they import. */
export const ODD_FORMS: typeof FORMS = [
  (specifier) => `export const x = await import(\`${specifier}\`);\n`,
  (specifier) => `export type Y = import("${specifier}").Y;\n`,
  (specifier) => `export const y: unknown = require("${specifier}");\n`,
];
