import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { analyse } from "../../src/agents/testplanning/domain/analysis.ts";
import { specGeneratedPayload } from "../../src/agents/testplanning/events.ts";
import { pick, REPO, systemProject } from "../helpers/system.ts";

const FILE = "examples/spec.json";
const example = specGeneratedPayload.parse(JSON.parse(readFileSync(join(REPO, FILE), "utf8")));

test("the example specification is what test planning says of its requirement", (t) => {
  const { rules, classes, boundaryValues, cases, assumptions } = analyse(
    example.requirementId,
    "Applicants between 18 and 65 years old, inclusive, are accepted.",
  );
  t.match(example, { testable: true, reason: null });
  t.strictSame(
    {
      rules: example.rules,
      classes: example.classes,
      boundaryValues: example.boundaryValues,
      cases: example.cases,
      assumptions: example.assumptions,
    },
    { rules, classes, boundaryValues, cases, assumptions },
  );
  t.end();
});

test("the command of the README publishes it, and code and a notification follow", async (t) => {
  const command = `npx agents publish agents.testplanning.spec.generated --data @${FILE} --wait`;
  t.ok(readFileSync(join(REPO, "README.md"), "utf8").includes(command), command);
  const project = systemProject(t);
  await project.up(["--no-watch"]).ready();
  const [, , ...words] = command.split(" ");
  const args = words.map((word) => word.replace(`@${FILE}`, `@${join(REPO, FILE)}`));
  const flow = await project.json(args);
  t.match(flow, {
    settled: true,
    deliveries: [{ agent: "implementation", status: "success" }],
    caused: [{ eventType: "agents.implementation.code.generated" }],
  });
  const told = pick(flow, "caused", "0", "caused");
  t.ok(
    Array.isArray(told) &&
      told.some((event: unknown) => pick(event, "eventType") === "agents.notification.sent.completed"),
    "and the notification was sent",
  );
  const events = await project.lines(["events", "--type", "agents.implementation.code.generated"]);
  t.equal(events.length, 1);
});
