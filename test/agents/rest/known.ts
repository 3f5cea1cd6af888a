/** What a test knows of an agent beyond its OpenAPI document: a good body for each command. */
export interface Known {
  /** By method and path below `/api/<agent>`; a command that is not here has an empty body. */
  readonly bodies: Readonly<Record<string, unknown>>;
  /** Ids of aggregates that do not exist, by the name of their parameter; a UUID where nothing is said. */
  readonly unknownIds?: Readonly<Record<string, string>>;
  /** What makes an aggregate: a command, where its result has the id, and the parameter that the id is given for. */
  readonly makes?: readonly (readonly [command: string, id: string, parameter: string])[];
  /** Operations that answer for what nobody has written yet: with what is so by default, or by making it. */
  readonly answersForAny?: readonly string[];
  /** Commands that the state of what was made does not allow: that is said first, whatever version is expected. */
  readonly conflicts?: readonly string[];
  /** Commands that count what they did: done again they have nothing to do, and say so. */
  readonly counting?: readonly string[];
  /** Commands that are refused here for what the machine lacks (no repository, no folder), with the problem they give. */
  readonly lacking?: Readonly<Record<string, string>>;
}

const sprint = { name: "Sprint 1", start: "2026-01-05", end: "2026-01-16" };
const item = {
  id: "A-1",
  title: "Log in",
  type: "story",
  points: 3,
  status: "done",
  createdAt: "2026-01-05T09:00:00Z",
  startedAt: "2026-01-06T09:00:00Z",
  completedAt: "2026-01-08T09:00:00Z",
};
const wall = { id: "w1", ifcClass: "IfcWall", properties: { "Pset_WallCommon.IsExternal": true } };

export const KNOWN: Readonly<Record<string, Known>> = {
  bimclassification: {
    bodies: {
      "POST /execute": { elements: [wall] },
      "POST /elements": { format: "elements", elements: [{ ...wall, id: "w2" }] },
      "POST /suggestions": { limit: 5 },
      "POST /elements/approve": { filter: { code: "B2020" }, by: "ada" },
      "POST /elements/reject": { filter: { code: "B2020" }, reason: "It is a door.", by: "ada" },
      "POST /elements/apply": { filter: { code: "B2020" }, by: "ada" },
      "POST /elements/{elementId}/approve": { by: "ada" },
      "POST /elements/{elementId}/reject": { reason: "It is inside.", by: "ada" },
      "POST /elements/{elementId}/override": { code: "B2010", by: "ada" },
      "POST /elements/{elementId}/apply": { by: "ada" },
    },
    makes: [["POST /execute", "elements.0.elementId", "elementId"]],
    counting: ["POST /elements", "POST /suggestions"],
    lacking: { "POST /ifc": "validation" },
  },
  devops: {
    bodies: {
      "POST /execute": { sprint, items: [item] },
      "POST /failures": {
        log: "npm ERR! code ELIFECYCLE\nError: 2 tests failed\n##[error]Process completed with exit code 1.",
      },
      "POST /release-notes": { version: "1.2.3", commits: ["feat: log in with a key"] },
      "POST /dora": {
        period: { start: "2026-01-01", end: "2026-01-31" },
        deployments: [{ at: "2026-01-05T09:00:00Z", committedAt: "2026-01-04T09:00:00Z" }],
      },
      "POST /issues": { title: "The log-in page is slow" },
      "POST /issues/{issueId}": { state: "closed" },
      "POST /workflows": { workflow: "ci.yml" },
    },
    makes: [["POST /issues", "issueId", "issueId"]],
    lacking: { "POST /workflows": "*", "GET /workflows": "*" },
  },
  implementation: {
    bodies: {
      "POST /reviews": { diff: "--- a/a.ts\n+++ b/a.ts\n@@ -1 +1 @@\n-const a = 1;\n+const a = 2;\n" },
      "POST /refactorings": { file: "a.ts", content: 'if (typeof a == "string") go();\n' },
      "POST /refactorings/{refactoringId}/apply": { approvedBy: "ada" },
    },
    makes: [["POST /refactorings", "suggestion.suggestionId", "refactoringId"]],
    lacking: { "POST /execute": "validation" },
  },
  notification: {
    bodies: {
      "POST /execute": { recipient: "ops", message: "The build is green." },
      "POST /receipts": { channel: "email", notificationId: crypto.randomUUID(), code: "5.1.1" },
      "POST /notifications/{notificationId}/cancel": { reason: "too late" },
      "PUT /recipients/{recipient}/preferences": { optOut: ["news"] },
      "PUT /suppressions/{address}": { reason: "manual" },
    },
    makes: [
      ["POST /execute", "notificationId", "notificationId"],
      ["PUT /suppressions/{address}", "address", "address"],
    ],
    unknownIds: { recipient: "nobody@example.com", address: "no-one@example.com" },
    conflicts: ["POST /notifications/{notificationId}/cancel"],
    answersForAny: [
      "PUT /recipients/{recipient}/preferences",
      "DELETE /recipients/{recipient}/preferences",
      "GET /recipients/{recipient}/preferences",
      "PUT /suppressions/{address}",
    ],
  },
  servicedesk: {
    bodies: {
      "POST /execute": { title: "Printer", body: "The printer on floor 2 is out of toner." },
      "POST /tickets": { title: "Printer", body: "The printer on floor 2 is out of toner." },
      "POST /tickets/{ticketId}/escalation": { reason: "It is the only one." },
      "POST /tickets/{ticketId}/resolution": { resolution: "New toner." },
      "PUT /tickets/{ticketId}/priority": { priority: "2-High", reason: "It is the only one." },
      "PUT /knowledge/{articleId}": { title: "Toner", body: "It is in the cupboard." },
    },
    makes: [["POST /execute", "ticketId", "ticketId"]],
    answersForAny: ["PUT /knowledge/{articleId}"],
  },
  testplanning: {
    bodies: {
      "POST /execute": { requirement: "An age from 18 to 65 is accepted." },
      "POST /openapi": {
        document: {
          openapi: "3.1.0",
          info: { title: "x", version: "1" },
          paths: { "/a": { get: { responses: { 200: { description: "ok" } } } } },
        },
      },
      "POST /strategies": {
        name: "Release 1",
        requirements: [{ requirement: "An age from 18 to 65 is accepted." }],
      },
      "POST /coverage": { format: "lcov", report: "SF:a.ts\nDA:1,1\nLF:1\nLH:1\nend_of_record\n" },
      "POST /mcdc": { formula: "a && b" },
      "POST /decision-tables": {
        name: "Discount",
        conditions: [{ name: "member" }],
        rules: [
          { when: { member: "yes" }, actions: ["ten percent"] },
          { when: { member: "no" }, actions: ["none"] },
        ],
      },
      "POST /specs/{specId}/approve": { by: "ada" },
      "POST /priorities": { tests: [{ id: "t1", files: ["a.ts"] }], changed: { files: ["a.ts"] } },
    },
    makes: [["POST /execute", "specId", "specId"]],
  },
};
