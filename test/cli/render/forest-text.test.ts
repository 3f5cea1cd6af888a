import { test } from "tap";
import { forestLines } from "../../../src/cli/render/forest-text.ts";
import { styleFor } from "../../../src/cli/render/style.ts";
import type { DeliveryView, EventView } from "../../../src/runtime/journal/journal-view.ts";

const handled = (agent: string): DeliveryView => ({
  agent,
  status: "success",
  attempts: 1,
  durationMs: 12,
  error: null,
});

function event(
  id: string,
  eventType: string,
  causationId: string | null,
  deliveries: readonly DeliveryView[] = [],
): EventView {
  const time = "2026-11-26T09:00:00.000Z";
  const rest = { topic: eventType, source: null, subject: null, correlationId: "c1", data: {} };
  return { id, eventType, causationId, deliveries, time, ...rest };
}

const lines = (...events: readonly EventView[]): readonly string[] =>
  forestLines(events, { style: styleFor(false, false, {}) }, new Date("2026-11-26T10:00:00.000Z")).map(
    (line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3}/, "TIME"),
  );

await test("a flow is shown as what caused what, in the order in which it came", (t) => {
  t.strictSame(
    lines(
      event("e1", "agents.servicedesk.ticket.created", "c1"),
      event("e2", "agents.servicedesk.ticket.escalated", "c1", [handled("notification"), handled("devops")]),
      event("e3", "agents.devops.issue.created", "e2"),
      event("e4", "agents.notification.delivery.failed", "e2", [handled("servicedesk")]),
      event("e5", "agents.servicedesk.ticket.created", "e4"),
    ),
    [
      "TIME  agents.servicedesk.ticket.created  e1",
      "└─ nobody listens to it",
      "TIME  agents.servicedesk.ticket.escalated  e2",
      "├─ notification  handled in 12 ms",
      "│  └─ agents.notification.delivery.failed  e4",
      "│     └─ servicedesk  handled in 12 ms",
      "│        └─ agents.servicedesk.ticket.created  e5",
      "└─ devops  handled in 12 ms",
      "   └─ agents.devops.issue.created  e3",
    ],
  );
  t.end();
});

await test("an event whose cause is not there is shown, and one in a circle once", (t) => {
  t.strictSame(lines(event("e9", "a.b.c", "gone"), event("e8", "a.b.d", null)), [
    "TIME  a.b.c  e9",
    "└─ nobody listens to it",
    "TIME  a.b.d  e8",
    "└─ nobody listens to it",
  ]);
  const circle = lines(event("e1", "a.b.c", "e2"), event("e2", "a.b.d", "e1"));
  t.equal(circle.length, 2);
  t.equal(circle[0], "TIME  a.b.c  e1");
  t.match(circle[1], /a\.b\.d {2}e2/);
  t.equal(lines(event("e1", "a.b.c", null), event("e1", "a.b.c", null)).length, 2);
  t.end();
});
