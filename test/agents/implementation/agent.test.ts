import { test } from "tap";
import type { CodeGeneratedPayload } from "../../../src/agents/implementation/events.ts";
import { codeGeneratedPayload } from "../../../src/agents/implementation/events.ts";
import { ageSpec, untestableSpec } from "./age-spec.ts";
import { hasPython, runGenerated } from "./domain/run-generated.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import type { Seen } from "../../helpers/observer.ts";

const SPEC = "agents.testplanning.spec.generated";
const CODE = "agents.implementation.code.generated";
const REVIEW = "agents.implementation.review.completed";
const REFACTORING = "agents.implementation.refactoring.suggested";

function payloadOf(event: Seen | undefined): CodeGeneratedPayload {
  return codeGeneratedPayload.parse(event?.data.data.payload);
}

await test("a published specification becomes code whose tests pass, once per event, in versions", async (t) => {
  const system = await TestSystem.start(t, [CODE]);
  const agent = await system.agent("implementation");
  const first = crypto.randomUUID();
  await system.publish(SPEC, ageSpec, first);
  const [event] = await system.until(CODE, 1);
  const artefact = payloadOf(event);
  t.equal(event?.data.data.causationId, first);
  t.match(artefact, {
    status: "generated",
    reason: null,
    version: 1,
    specId: "spec-age",
    generatedBy: "sample",
  });
  t.strictSame(
    artefact.tests.map((each) => each.caseId),
    ageSpec.cases.map((each) => each.id),
  );
  const run = await runGenerated(t.testdir({}), "typescript", artefact.files);
  t.equal(run.passed, ageSpec.cases.length, run.output);
  t.equal(run.exitCode, 0);

  await system.replay(first, "implementation");
  await system.publish(SPEC, ageSpec, crypto.randomUUID());
  const again = payloadOf((await system.until(CODE, 2))[1]);
  t.equal(again.version, 2, "the repeated delivery made no version, the new event did");
  t.equal(again.artefactId, artefact.artefactId);
  t.type(again.etag, "string");

  const path = `/api/implementation/artefacts/${artefact.artefactId}`;
  t.match((await agent.get(path)).body, { version: 2 });
  t.match((await agent.get(`${path}?version=1`)).body, { version: 1, files: artefact.files });
  t.match(await agent.get(`${path}?version=9`), { status: 404 });
  t.match((await agent.get("/api/Implementation/Artefacts")).body, {
    items: [{ artefactId: artefact.artefactId, version: 2, status: "generated" }],
    next: null,
  });
});

await test("a specification that is not testable is answered with a skipped artefact and the reason", async (t) => {
  const system = await TestSystem.start(t, [CODE]);
  await system.agent("implementation");
  await system.publish(SPEC, untestableSpec, crypto.randomUUID());
  const [event] = await system.until(CODE, 1);
  t.match(payloadOf(event), {
    status: "skipped",
    reason: untestableSpec.reason,
    files: { length: 0 },
    tests: { length: 0 },
  });
});

await test("a specification that contradicts itself or never ends is skipped, and the agent goes on", async (t) => {
  const system = await TestSystem.start(t, [CODE]);
  const agent = await system.agent("implementation");
  const [rule] = ageSpec.rules;
  const slow = { kind: "pattern", pattern: "^(a+)+$", description: "letters" } as const;
  const spec = {
    ...ageSpec,
    rules: [{ ...rule, constraint: slow }],
    cases: [{ ...ageSpec.cases[0], input: `${"a".repeat(60)}!`, expected: "reject" }],
  };
  t.match((await agent.post("/api/implementation/execute", { spec })).body["result"], {
    status: "skipped",
    reason: /takes too long/,
  });
  // Each is decided in the time that one has; all of them would keep the agent from everything else.
  const many = Array.from({ length: 1000 }, (_, at) => ({
    ...ageSpec.cases[0],
    id: `TC${at}`,
    input: `${"a".repeat(20)}!`,
    expected: "reject",
  }));
  t.match(
    (await agent.post("/api/implementation/execute", { spec: { ...spec, cases: many } })).body["result"],
    {
      status: "skipped",
      reason: /takes too long/,
    },
  );
  const wrong = { ...ageSpec, cases: [{ ...ageSpec.cases[0], expected: "accept" }] };
  t.match((await agent.post("/api/implementation/execute", { spec: wrong })).body["result"], {
    status: "skipped",
    reason: /REQ-1-TC01 expects "accept"/,
  });
});

await test(
  "execute answers with Python whose tests pass",
  { skip: !(await hasPython()) && "python3 is not on this machine" },
  async (t) => {
    const system = await TestSystem.start(t, [CODE]);
    const agent = await system.agent("implementation");
    const answer = await agent.post("/api/Implementation/execute", { spec: ageSpec, language: "python" });
    t.equal(answer.status, 200);
    const result = codeGeneratedPayload.omit({ generatedBy: true }).parse(answer.body["result"]);
    const [event] = await system.until(CODE, 1);
    t.match(answer.body, {
      correlationId: event?.data.data.correlationId,
      events: [{ id: event?.id, eventType: CODE }],
      generatedBy: "sample",
      promptRef: /^summarise-code@1\.0\.0\+[0-9a-f]{12}$/,
    });
    const run = await runGenerated(t.testdir({}), "python", result.files);
    t.equal(run.passed, ageSpec.cases.length, run.output);
  },
);

await test("a diff is reviewed, a file refactored, and both are published", async (t) => {
  const system = await TestSystem.start(t, [REVIEW, REFACTORING]);
  const agent = await system.agent("implementation");
  const diff =
    "--- a/a.ts\n+++ b/a.ts\n@@ -1 +1,2 @@\n a();\n+db.query(`SELECT * FROM u WHERE n='${name}'`);\n";
  const review = await agent.post("/api/implementation/reviews", { diff });
  t.match(review.body["result"], {
    verdict: "changes-requested",
    findings: [{ cwe: "CWE-89", file: "a.ts", line: 2, severity: "high" }],
  });
  const [published] = await system.until(REVIEW, 1);
  // Who worded it stands beside the result in an answer, and in the payload of an event.
  const { result, generatedBy } = review.body;
  t.strictSame(published?.data.data.payload, { ...Object(result), generatedBy });
  const { reviewId } = review.body["result"] as { reviewId: string };
  t.match((await agent.get(`/api/implementation/reviews/${reviewId}`)).body, published?.data.data.payload);
  t.match((await agent.get("/api/implementation/reviews?cwe=CWE-89")).body, {
    items: [{ reviewId, verdict: "changes-requested", findings: 1, cwes: ["CWE-89"] }],
  });
  t.match((await agent.get("/api/implementation/reviews?cwe=CWE-79")).body, {
    items: { length: 0 },
    next: null,
  });
  t.match(await agent.get("/api/implementation/reviews/none"), { status: 404 });

  const content = 'if (typeof a == "string") go();\n';
  const refactoring = await agent.post("/api/implementation/refactorings", { file: "a.ts", content });
  t.match(refactoring.body["result"], {
    found: true,
    suggestion: { rules: [{ rule: "strict-typeof", line: 1 }] },
  });
  t.type(refactoring.body["generatedBy"], "string");
  t.notOk("generatedBy" in Object((refactoring.body["result"] as { suggestion: unknown }).suggestion));
  await system.until(REFACTORING, 1);
  const nothing = await agent.post("/api/implementation/refactorings", { file: "a.ts", content: "go();\n" });
  t.match(nothing.body, { events: { length: 0 }, result: { found: false, suggestion: null } });
});

await test("bad input is answered with a problem that says where", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("implementation");
  const bad = await agent.post("/api/implementation/execute", { spec: { ...ageSpec, specId: "" } });
  t.equal(bad.status, 422);
  t.match(bad.body["errors"], [{ path: "spec.specId" }]);
  const noDiff = await agent.post("/api/implementation/reviews", { diff: "hello" });
  t.match(noDiff, { status: 422, body: { errors: [{ path: "diff", message: /no file header/ }] } });
  const outside = await agent.post("/api/implementation/refactorings", { file: "../a.ts", content: "x" });
  t.match(outside, { status: 422, body: { errors: [{ path: "file" }] } });
});

await test("an input that only looks like a repetition is an object like any other", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("implementation");
  for (const input of [
    { $repeat: null, $times: 1 },
    { $repeat: [null], $times: 1 },
    { $repeat: "a", $times: -1 },
  ]) {
    const spec = { ...ageSpec, cases: [{ ...ageSpec.cases[0], input, expected: "accept" }] };
    const { status, body } = await agent.post("/api/implementation/execute", { spec });
    t.match(
      { status, result: body["result"] },
      { status: 200, result: { status: "skipped", reason: /rejects its input/ } },
    );
  }
});

await test("the API describes itself, recursive inputs included", async (t) => {
  const system = await TestSystem.start(t, []);
  const agent = await system.agent("implementation");
  const document = await agent.get("/openapi.json");
  t.match(document, { status: 200, body: { openapi: "3.1.0" } });
  t.strictSame(Object.keys(document.body["paths"] ?? {}).toSorted(), [
    "/api/implementation/artefacts",
    "/api/implementation/artefacts/{artefactId}",
    "/api/implementation/execute",
    "/api/implementation/findings",
    "/api/implementation/refactorings",
    "/api/implementation/refactorings/{refactoringId}",
    "/api/implementation/refactorings/{refactoringId}/apply",
    "/api/implementation/reviews",
    "/api/implementation/reviews/{reviewId}",
  ]);
});
