import { fold } from "agents-apphost/kit";
import { test } from "tap";
import { approval, SpecNotTestable } from "../../../../src/agents/testplanning/domain/approval.ts";
import type { ApprovalEvent } from "../../../../src/agents/testplanning/domain/approval.ts";

const ada: ApprovalEvent = { type: "approved", data: { by: "Ada", note: null } };
const after = (...events: readonly ApprovalEvent[]) => fold(approval, events);
const approve = (by: string, note: string | null = null) => ({ by, note, testable: true, reason: null });

await test("a specification is approved by each person once", (t) => {
  t.strictSame(approval.decide(approve("Ada"), after()), [ada]);
  t.strictSame(approval.decide(approve("Ada"), after(ada)), []);
  t.strictSame(
    approval.decide(approve("Ada", "once more"), after(ada)),
    [],
    "whatever they say the second time",
  );
  const bob = { type: "approved", data: { by: "Bob", note: "for release 2" } };
  t.strictSame(approval.decide(approve("Bob", "for release 2"), after(ada)), [bob]);
  t.end();
});

await test("a person is the same however the name is written", (t) => {
  for (const name of ["ADA", " ada ", "Ada"])
    t.strictSame(approval.decide(approve(name), after(ada)), [], name);
  const full: ApprovalEvent = { type: "approved", data: { by: "Ada Lovelace", note: null } };
  t.strictSame(
    approval.decide(approve("ada  lovelace"), after(full)),
    [],
    "however far apart its parts stand",
  );
  const zoe: ApprovalEvent = { type: "approved", data: { by: "Zoe\u0308", note: null } };
  t.strictSame(approval.decide(approve("zo\u00EB"), after(zoe)), [], "composed or not");
  t.equal(approval.decide(approve("Adam"), after(ada)).length, 1);
  t.end();
});

await test("what cannot be tested cannot be approved, also by somebody who would change nothing", (t) => {
  const untestable = { ...approve("Ada"), testable: false, reason: "it has no measure" };
  for (const state of [after(), after(ada)])
    t.throws(() => approval.decide(untestable, state), new SpecNotTestable("it has no measure"));
  t.end();
});
