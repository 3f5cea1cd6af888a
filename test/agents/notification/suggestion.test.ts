import { test } from "tap";
import { sentCompletedPayload } from "../../../src/agents/notification/events.ts";
import { suggestionMessage } from "../../../src/agents/notification/application/suggestion-message.ts";
import type { SuggestionGeneratedPayload } from "../../../src/agents/bimclassification/events.ts";
import { TestSystem } from "../../helpers/test-system.ts";

const GENERATED = "agents.bimclassification.suggestion.generated";
const SENT = "agents.notification.sent.completed";

function suggestion(
  number: number,
  more: Partial<SuggestionGeneratedPayload["suggestions"][number]> = {},
): SuggestionGeneratedPayload["suggestions"][number] {
  return {
    suggestionId: crypto.randomUUID(),
    elementId: `e${number}`,
    ifcClass: "IfcWall",
    name: `Wall ${number}`,
    code: { system: "UNIFORMAT II", edition: "ASTM E1557-97", code: "B2010", title: "Exterior Walls" },
    confidence: 0.9,
    agreement: "agrees",
    reason: "it is external",
    ruleId: "wall.external",
    alternatives: [],
    omniClass: null,
    status: "suggested",
    ...more,
  };
}

function payload(
  suggestions: SuggestionGeneratedPayload["suggestions"],
  withoutSuggestion: SuggestionGeneratedPayload["withoutSuggestion"] = [],
): SuggestionGeneratedPayload {
  return {
    runId: crypto.randomUUID(),
    suggestions,
    withoutSuggestion,
    generatedBy: "sample",
    promptRef: null,
  };
}

await test("what waits is counted, the first are shown, and nothing is made up", (t) => {
  const many = Array.from({ length: 12 }, (_, index) => suggestion(index + 1));
  const doubted = { ...suggestion(13, { agreement: "disagrees", name: null }) };
  const told = suggestionMessage(
    payload([doubted, ...many, suggestion(14, { status: "approved" })], [{ elementId: "x", reason: "r" }]),
  );
  t.equal(told.subject, "Classifications wait for approval: 13");
  t.same(told.message.split("\n").slice(0, 4), [
    "Waiting for approval: 13, of which the model doubts 1",
    "Approved by configuration: 1",
    "Without a suggestion: 1",
    "IfcWall e13: B2010 Exterior Walls (UNIFORMAT II, ASTM E1557-97), confidence 0.9",
  ]);
  t.match(told.message, /\nAnd 4 more\.$/);
  const none = suggestionMessage(payload([suggestion(1, { status: "approved" })]));
  t.equal(none.subject, "Classifications were approved by configuration: 1");
  t.end();
});

await test("suggested classifications are told to the configured recipient, once for each event", async (t) => {
  const system = await TestSystem.start(t, [SENT]);
  await system.agent("notification", { NOTIFICATION_RECIPIENT: "bim@example.com" });
  const id = crypto.randomUUID();
  await system.publish(GENERATED, payload([suggestion(1)]), id);
  const [sent] = await system.until(SENT, 1);
  t.equal(sent?.data.data.causationId, id);
  t.match(sentCompletedPayload.parse(sent?.data.data.payload), {
    recipient: "bim@example.com",
    subject: "Classifications wait for approval: 1",
  });
  await system.replay(id, "notification");
  const next = crypto.randomUUID();
  await system.publish(GENERATED, payload([suggestion(2)]), next);
  await system.until(SENT, 2);
  t.equal(system.seen.length, 2);
});
