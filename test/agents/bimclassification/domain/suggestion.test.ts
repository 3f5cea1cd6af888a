import { test } from "tap";
import { elementCode } from "../../../../src/agents/bimclassification/domain/codes/uniformat-ii.ts";
import { classify } from "../../../../src/agents/bimclassification/domain/rules/verdict.ts";
import {
  isSelfEvident,
  suggest,
  withOmniClass,
} from "../../../../src/agents/bimclassification/domain/suggestion.ts";
import type {
  Opinion,
  Suggested,
  Suggestion,
} from "../../../../src/agents/bimclassification/domain/suggestion.ts";
import { element, outerWall } from "./elements.ts";

const silent: Opinion = { at: "none", reason: "nobody was asked", generatedBy: "sample", promptRef: "p" };

function says(code: string, confidence = 0.9): Opinion {
  return { at: "given", code, confidence, rationale: "because", generatedBy: "live", promptRef: "p" };
}

function suggestionOf(suggested: Suggested): Suggestion {
  if (suggested.at === "none") throw new Error(suggested.reason);
  return suggested.suggestion;
}

await test("the reference example: an outer wall, and a model that agrees", (t) => {
  t.match(suggestionOf(suggest(classify(outerWall), says("B2010"))), {
    code: { system: "UNIFORMAT II", edition: "ASTM E1557-97", code: "B2010", title: "Exterior Walls" },
    confidence: 0.96,
    agreement: "agrees",
    ruleId: "wall.external",
    alternatives: [{ code: "C1010" }],
    model: { code: "B2010" },
    modelNote: null,
    generatedBy: "live",
  });
  t.end();
});

await test("a model can cast doubt, never decide against the rules", (t) => {
  const doubted = suggestionOf(suggest(classify(outerWall), says("C1010", 1)));
  t.match(doubted, { code: { code: "B2010" }, agreement: "disagrees", confidence: 0.6 });
  t.match(doubted.alternatives, [{ code: "C1010" }]);
  t.match(suggestionOf(suggest(classify(outerWall), silent)), {
    confidence: 0.9,
    agreement: "rules-only",
    model: null,
    modelNote: "nobody was asked",
  });
  t.match(suggestionOf(suggest(classify(element("IfcSlab")), silent)), { confidence: 0.5 });
  t.end();
});

await test("a code outside of the closed list is none, from the model neither", (t) => {
  for (const code of ["Z9999", "B20", "B", "b2010", "B2010.10", "B201001", "", "21-02 20 10"]) {
    const given = suggestionOf(suggest(classify(outerWall), says(code)));
    t.match(
      given,
      { code: { code: "B2010" }, agreement: "rules-only", model: null, modelNote: /no code of the list/ },
      code,
    );
    t.match(suggest(classify(element("IfcBuildingElementProxy")), says(code)), { at: "none" }, code);
  }
  t.end();
});

await test("where the rules leave a choice, the model chooses inside of it, with little confidence", (t) => {
  const door = classify(element("IfcDoor"));
  t.match(suggestionOf(suggest(door, says("C1020", 1))), {
    code: { code: "C1020" },
    confidence: 0.5,
    agreement: "model-only",
    ruleId: null,
    alternatives: [{ code: "B2030" }],
  });
  t.match(suggestionOf(suggest(door, says("C1020", 0.2))), { confidence: 0.2 });
  t.match(suggest(door, says("A1010", 1)), {
    at: "none",
    reason: /the model says A1010, which the rules exclude/,
  });
  t.match(suggest(door, silent), { at: "none", candidates: [{ code: "B2030" }, { code: "C1020" }] });
  const proxy = classify(element("IfcBuildingElementProxy"));
  t.match(suggestionOf(suggest(proxy, says("G2040", 1))), { code: { code: "G2040" }, confidence: 0.4 });
  t.match(suggest(classify(element("IfcSpace")), says("C1010")), {
    at: "none",
    reason: /a space is no element/,
  });
  t.end();
});

await test("two rules against each other cost confidence", (t) => {
  const slab = classify(element("IfcSlab", { predefinedType: "FLOOR", name: "Roof slab" }));
  t.match(suggestionOf(suggest(slab, silent)), {
    confidence: 0.75,
    reason: /its predefined type is FLOOR; against it: it is named a roof \(B1020\)/,
  });
  t.end();
});

await test("what needs no person: above what is set, and rules and model agree; off when nothing is set", (t) => {
  const agreed = suggestionOf(suggest(classify(outerWall), says("B2010")));
  t.equal(isSelfEvident(agreed, null), false);
  t.equal(isSelfEvident(agreed, 0.95), true);
  t.equal(isSelfEvident(agreed, 0.96), false, "above, not at");
  t.equal(
    isSelfEvident(suggestionOf(suggest(classify(outerWall), silent)), 0.1),
    false,
    "a sample agrees with nothing",
  );
  t.equal(isSelfEvident(suggestionOf(suggest(classify(outerWall), says("C1010"))), 0.1), false);
  t.end();
});

await test("the user's own number stands beside the code", (t) => {
  const wall = elementCode("B2010");
  if (wall === undefined) return t.fail("no code");
  const omni = { ...wall, system: "OmniClass 21", code: "21-02 20 10" };
  const numberOf = (code: string) => (code === "B2010" ? omni : null);
  t.match(withOmniClass(suggest(classify(outerWall), silent), numberOf), {
    suggestion: { omniClass: { code: "21-02 20 10" } },
  });
  t.match(withOmniClass(suggest(classify(element("IfcSlab")), silent), numberOf), {
    suggestion: { omniClass: null },
  });
  const none = suggest(classify(element("IfcSpace")), silent);
  t.equal(withOmniClass(none, numberOf), none);
  return t.end();
});
