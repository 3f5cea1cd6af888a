import { test } from "tap";
import {
  evolve,
  initialClassification,
  presentCode,
} from "../../../../src/agents/bimclassification/domain/classification.ts";
import type { Classification } from "../../../../src/agents/bimclassification/domain/classification.ts";
import { elementCode } from "../../../../src/agents/bimclassification/domain/codes/uniformat-ii.ts";
import { decide, TransitionRefused } from "../../../../src/agents/bimclassification/domain/decide.ts";
import type { ClassificationCommand } from "../../../../src/agents/bimclassification/domain/decide.ts";
import { classify } from "../../../../src/agents/bimclassification/domain/rules/verdict.ts";
import { suggest } from "../../../../src/agents/bimclassification/domain/suggestion.ts";
import { outerWall } from "./elements.ts";

const suggested = suggest(classify(outerWall), {
  at: "none",
  reason: "",
  generatedBy: null,
  promptRef: null,
});
if (suggested.at === "none") throw new Error("the wall has a code");
const { suggestion } = suggested;
const partitions = elementCode("C1010");
if (partitions === undefined) throw new Error("C1010 is a code");

const person = { kind: "person", name: "ada" } as const;
const COMMANDS = {
  import: { type: "import", element: outerWall, source: "test" },
  change: { type: "import", element: { ...outerWall, name: "Renamed" }, source: "test" },
  suggest: { type: "suggest", suggestionId: "s1", suggestion },
  again: { type: "suggest", suggestionId: "s2", suggestion: { ...suggestion, confidence: 0.5 } },
  approve: { type: "approve", suggestionId: "s1", by: person },
  reject: { type: "reject", suggestionId: "s1", reason: "it is a partition", by: "ada" },
  override: { type: "override", code: partitions, reason: null, by: "ada" },
  apply: { type: "apply", by: "ada" },
} as const satisfies Record<string, ClassificationCommand>;
type Name = keyof typeof COMMANDS;

function after(names: readonly Name[]): Classification {
  return names.reduce<Classification>(
    (state, name) => decide(COMMANDS[name], state).reduce(evolve, state),
    initialClassification,
  );
}

function outcome(names: readonly Name[], name: Name): string {
  const state = after(names);
  try {
    const events = decide(COMMANDS[name], state);
    return events.length === 0 ? "nothing" : events.reduce(evolve, state).at;
  } catch (error) {
    if (error instanceof TransitionRefused) return `refused: ${error.message}`;
    throw error;
  }
}

const PATHS = {
  none: [],
  unclassified: ["import"],
  suggested: ["import", "suggest"],
  rejected: ["import", "suggest", "reject"],
  approved: ["import", "suggest", "approve"],
  applied: ["import", "suggest", "approve", "apply"],
} as const satisfies Record<Classification["at"], readonly Name[]>;

/** Every state and every command: what comes of it. */
const TABLE: Readonly<Record<Classification["at"], Readonly<Record<Exclude<Name, "again">, RegExp>>>> = {
  none: {
    import: /^unclassified$/,
    change: /^unclassified$/,
    suggest: /never imported/,
    approve: /never imported/,
    reject: /never imported/,
    override: /never imported/,
    apply: /never imported/,
  },
  unclassified: {
    import: /^nothing$/,
    change: /^unclassified$/,
    suggest: /^suggested$/,
    approve: /refused: nothing is suggested/,
    reject: /refused: nothing is suggested/,
    override: /^approved$/,
    apply: /refused: it is unclassified, and only an approved classification is applied/,
  },
  suggested: {
    import: /^nothing$/,
    change: /^unclassified$/,
    suggest: /^nothing$/,
    approve: /^approved$/,
    reject: /^rejected$/,
    override: /^approved$/,
    apply: /refused: it is suggested, and only an approved/,
  },
  rejected: {
    import: /^nothing$/,
    change: /^unclassified$/,
    suggest: /^suggested$/,
    approve: /refused: its suggestion was rejected/,
    reject: /^nothing$/,
    override: /^approved$/,
    apply: /refused: it is rejected/,
  },
  approved: {
    import: /^nothing$/,
    change: /^approved$/,
    suggest: /refused: it is approved as B2010; to change that, override/,
    approve: /^nothing$/,
    reject: /refused: it is approved as B2010 already/,
    override: /^approved$/,
    apply: /^applied$/,
  },
  applied: {
    import: /^nothing$/,
    change: /^applied$/,
    suggest: /refused: it is applied/,
    approve: /^nothing$/,
    reject: /refused: it is applied/,
    override: /^approved$/,
    apply: /^nothing$/,
  },
};

await test("the state machine: every command in every state", (t) => {
  for (const [at, path] of Object.entries(PATHS)) {
    t.equal(after(path).at, at);
    for (const [name, expected] of Object.entries(TABLE[at as Classification["at"]]))
      t.match(outcome(path, name as Name), expected, `${name} when ${at}`);
  }
  t.end();
});

await test("a suggestion that was seen is the one that is approved or rejected", (t) => {
  const newer = ["import", "suggest", "again"] as const;
  t.match(outcome(newer, "approve"), /no longer the present one/);
  t.match(outcome(newer, "reject"), /no longer the present one/);
  const any = { type: "approve", suggestionId: null, by: person } as const;
  t.match(decide(any, after(newer)), [{ type: "approved", data: { suggestionId: "s2" } }]);
  t.match(outcome(["import", "suggest", "override"], "approve"), "nothing");
  t.end();
});

await test("new facts take back a suggestion, never an approval; the approval keeps its code", (t) => {
  t.equal(after(["import", "suggest", "change"]).at, "unclassified");
  const kept = after(["import", "suggest", "approve", "change"]);
  t.match(kept, { at: "approved", element: { name: "Renamed" }, approval: { code: { code: "B2010" } } });
  t.end();
});

await test("an override is a person's approval, also of what was applied", (t) => {
  const state = after(["import", "suggest", "approve", "apply", "override"]);
  t.match(state, { at: "approved", approval: { overridden: true, by: person, code: { code: "C1010" } } });
  t.same(decide(COMMANDS.override, state), [], "the same again changes nothing");
  t.match(after(["import", "suggest", "approve", "apply", "override", "apply"]), { at: "applied" });
  t.end();
});

await test("the present code is that which stands for the element now", (t) => {
  const codes = Object.values(PATHS).map((path) => {
    const state = after(path);
    return state.at === "none" ? undefined : (presentCode(state)?.code ?? null);
  });
  t.same(codes, [undefined, null, "B2010", null, "B2010", "B2010"]);
  t.end();
});

await test("an event that does not fit leaves the state as it is", (t) => {
  const none = initialClassification;
  t.equal(evolve(none, { type: "applied", data: { code: partitions, by: "x" } }), none);
  const open = after(PATHS.unclassified);
  t.equal(evolve(open, { type: "applied", data: { code: partitions, by: "x" } }), open);
  t.equal(
    evolve(open, { type: "approved", data: { suggestionId: "s", code: partitions, by: person } }),
    open,
  );
  t.equal(evolve(open, { type: "rejected", data: { suggestionId: "s", reason: "", by: "x" } }), open);
  const applied = after(PATHS.applied);
  t.equal(evolve(applied, { type: "suggested", data: { suggestionId: "s", suggestion } }), applied);
  t.equal(evolve(applied, { type: "imported", data: { element: outerWall, source: "" } }), applied);
  t.end();
});
