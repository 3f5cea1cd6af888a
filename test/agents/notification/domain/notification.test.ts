import { test } from "tap";
import { decide } from "../../../../src/agents/notification/domain/decide.ts";
import type { NotificationCommand, Receipt } from "../../../../src/agents/notification/domain/decide.ts";
import {
  dueChannels,
  evolve,
  initialNotification,
  nextDueAt,
  openChannels,
} from "../../../../src/agents/notification/domain/notification.ts";
import type { Notification } from "../../../../src/agents/notification/domain/notification.ts";
import type { Route } from "../../../../src/agents/notification/domain/routing.ts";

const NOW = Date.parse("2026-11-26T12:00:00.000Z");
const policy = { attempts: 3, firstMs: 1000, lastMs: 60_000, jitter: 0 };

const request: NotificationCommand = {
  type: "request",
  request: {
    recipient: "developers",
    channels: ["mail", "file"],
    subject: "s",
    message: "m",
    category: "general",
    priority: "normal",
    cause: { kind: "event", id: "e1", eventType: "x" },
    lineage: { correlationId: "c1", causationId: "e1", depth: 1, traceparent: null },
  },
};
const rendered: NotificationCommand = {
  type: "render",
  content: {
    subject: "s",
    body: "m",
    sms: { text: "m", encoding: "GSM-7", units: 4, segments: 1 },
    wording: { by: "template", reason: "r", generatedBy: null, promptRef: null },
  },
};
const tried = (...outcomes: readonly (readonly [string, string])[]): NotificationCommand => ({
  type: "record-attempts",
  by: "me",
  outcomes: outcomes.map(([channel, code]) => ({ channel, code, detail: null })),
  retrying: { policy, now: NOW, random: 0 },
});
const at = (ms: number): string => new Date(NOW + ms).toISOString();
const begin = (by: string, more: { dueAt?: string | null; until?: string } = {}): NotificationCommand => ({
  type: "begin",
  channels: ["mail"],
  dueAt: null,
  by,
  until: at(60_000),
  ...more,
});
const receive = (arrived: Receipt): NotificationCommand => ({ type: "record-receipt", receipt: arrived });
const receipt = (
  channel: string,
  code: string,
  says: "by-code" | "failed" | "open" = "by-code",
): NotificationCommand => receive({ of: "delivery", channel, code, says, detail: null });
const complaint = (channel: string): NotificationCommand =>
  receive({ of: "complaint", channel, detail: "spam" });
const routed = (...routes: readonly (readonly [string, Route])[]): NotificationCommand => ({
  type: "route",
  routes: routes.map(([channel, route]) => ({ channel, route })),
});
const to = (address: string): Route => ({ to: "send", address });
const unwanted: Route = { to: "suppress", cause: "opted-out", detail: "d" };
const bounced: Route = { to: "suppress", cause: "hard-bounce", detail: "d" };
const held = (until: string): Route => ({ to: "hold", address: "a@x.org", until });

/** What a history of commands leads to: the events of the last one, and the state after it. */
function given(...commands: readonly NotificationCommand[]): {
  events: readonly string[];
  state: Notification;
} {
  let state = initialNotification;
  let events: readonly string[] = [];
  for (const command of commands) {
    const caused = decide(command, state);
    events = caused.map((event) => event.type);
    state = caused.reduce(evolve, state);
  }
  return { events, state };
}

await test("a notification goes from requested over rendered to sent", (t) => {
  t.match(given(request), { events: ["requested"], state: { at: "requested" } });
  t.match(given(request, rendered), { events: ["rendered"], state: { at: "rendered" } });
  t.match(given(request, rendered, tried(["mail", "2.0.0"], ["file", "2.0.0"])), {
    events: ["channel-sent", "channel-sent", "sent"],
    state: { at: "sent" },
  });
  t.end();
});

await test("a channel that fails for now is tried again alone, and the outcome is told once", (t) => {
  const first = given(request, rendered, tried(["mail", "4.2.2"], ["file", "2.0.0"]));
  t.match(first, { events: ["channel-deferred", "channel-sent"], state: { at: "rendered" } });
  t.strictSame(
    openChannels(first.state).map((channel) => channel.channel),
    ["mail"],
  );
  const second = given(
    request,
    rendered,
    tried(["mail", "4.2.2"], ["file", "2.0.0"]),
    tried(["mail", "2.0.0"]),
  );
  t.match(second, { events: ["channel-sent", "sent"], state: { at: "sent" } });
  t.end();
});

await test("one channel that took it is enough, none is a failure with every reason", (t) => {
  t.match(given(request, rendered, tried(["mail", "5.1.1"], ["file", "2.0.0"])), {
    events: ["channel-failed", "channel-sent", "sent"],
  });
  t.match(given(request, rendered, tried(["mail", "5.1.1"], ["file", "5.3.3"])), {
    events: ["channel-failed", "channel-failed", "failed"],
    state: { at: "failed", reason: "mail: 5.1.1 after 1 attempt; file: 5.3.3 after 1 attempt" },
  });
  t.end();
});

await test("a failure that does not pass is final after the last attempt, and until then says when the next is", (t) => {
  const tries = Array.from({ length: policy.attempts }, () => tried(["mail", "4.4.1"], ["file", "4.3.1"]));
  const waiting = given(request, rendered, ...tries.slice(1)).state;
  t.match(waiting, {
    at: "rendered",
    request: { channels: [{ attempts: 2, dueAt: "2026-11-26T12:00:02.000Z" }, { attempts: 2 }] },
  });
  t.equal(dueChannels(waiting, "2026-11-26T12:00:01.999Z").length, 0);
  t.equal(dueChannels(waiting, "2026-11-26T12:00:02.000Z").length, 2);
  t.equal(nextDueAt(waiting, "2026-11-26T12:00:00.000Z"), "2026-11-26T12:00:02.000Z");
  const over = given(request, rendered, ...tries);
  t.match(over, { events: ["channel-failed", "channel-failed", "failed"] });
  t.match(over.state, { reason: /mail: 4\.4\.1 after 3 attempts/ });
  t.equal(nextDueAt(over.state, "2026-11-26T12:00:00.000Z"), null);
  t.end();
});

await test("a channel is accepted once for each address, and held until quiet hours end", (t) => {
  const accepted = [request, rendered, routed(["mail", to("a@x.org")], ["file", to("developers")])];
  t.match(given(...accepted), {
    events: ["channel-accepted", "channel-accepted"],
    state: { at: "rendered" },
  });
  t.match(given(...accepted, routed(["mail", to("a@x.org")])), { events: { length: 0 } });
  t.match(given(...accepted, routed(["mail", to("b@x.org")])), { events: ["channel-accepted"] });
  const night = routed(["mail", held("2026-11-27T07:00:00.000Z")]);
  const waits = given(...accepted, night);
  t.match(waits, { events: ["channel-held"], state: { request: { channels: [{ at: "held" }, {}] } } });
  t.strictSame(
    dueChannels(waits.state, "2026-11-26T23:00:00.000Z").map((each) => each.channel),
    ["file"],
  );
  t.match(given(...accepted, night, night), { events: { length: 0 } });
  const later = routed(["mail", held("2026-11-28T07:00:00.000Z")]);
  t.match(given(...accepted, night, later), { events: ["channel-held"] }, "until another time");
  const moved: Route = { to: "hold", address: "b@x.org", until: "2026-11-27T07:00:00.000Z" };
  t.match(
    given(...accepted, night, routed(["mail", moved])),
    { events: ["channel-held"] },
    "to another place",
  );
  t.match(given(...accepted, night, tried(["file", "2.0.0"])), { state: { at: "rendered" } });
  t.match(given(...accepted, night, routed(["mail", to("a@x.org")])), { events: ["channel-accepted"] });
  t.end();
});

await test("what nobody wants is suppressed and no failure, what cannot arrive is one", (t) => {
  t.match(given(request, rendered, routed(["mail", unwanted], ["file", unwanted])), {
    events: ["channel-suppressed", "channel-suppressed", "suppressed"],
    state: { at: "suppressed", reason: "mail: not used, opted-out; file: not used, opted-out" },
  });
  t.match(given(request, rendered, routed(["mail", bounced], ["file", unwanted])), {
    events: ["channel-suppressed", "channel-suppressed", "failed"],
    state: { at: "failed", reason: /mail: not used, hard-bounce/ },
  });
  const nowhere: Route = { to: "nowhere", code: "5.1.3", detail: "no address" };
  t.match(given(request, rendered, routed(["mail", nowhere], ["file", unwanted])), {
    events: ["channel-failed", "channel-suppressed", "failed"],
    state: { reason: "mail: 5.1.3 after 0 attempts (no address); file: not used, opted-out" },
  });
  t.match(given(request, rendered, routed(["mail", unwanted]), tried(["file", "2.0.0"])), {
    events: ["channel-sent", "sent"],
    state: { at: "sent" },
  });
  t.match(given(request, rendered, routed(["fax", unwanted])), { events: { length: 0 } });
  t.end();
});

await test("what has failed is opened again by hand, from its first attempt on, and only that", (t) => {
  const failed = [request, rendered, routed(["mail", unwanted]), tried(["file", "5.0.0"])];
  t.match(given(...failed), { state: { at: "failed" } });
  const again = given(...failed, { type: "retry" });
  t.match(again, { events: ["reopened"], state: { at: "rendered" } });
  t.match(openChannels(again.state), [{ channel: "file", attempts: 0, dueAt: null }]);
  t.match(given(...failed, { type: "retry" }, tried(["file", "2.0.0"])), { state: { at: "sent" } });
  t.match(given(request, rendered, { type: "retry" }), { events: { length: 0 } });
  t.end();
});

await test("what is taken back does not leave any more, what has left stays sent", (t) => {
  const cancel = { type: "cancel", reason: "a mistake", now: at(0) } as const;
  t.match(given(request, rendered, cancel), {
    events: ["channel-suppressed", "channel-suppressed", "suppressed"],
    state: { at: "suppressed" },
  });
  t.match(given(request, rendered, tried(["mail", "2.0.0"], ["file", "4.3.1"]), cancel), {
    events: ["channel-suppressed", "sent"],
    state: { at: "sent" },
  });
  t.match(given(request, rendered, tried(["mail", "2.0.0"], ["file", "2.0.0"]), cancel), {
    events: { length: 0 },
  });
  t.end();
});

await test("what may be leaving is not taken back, whoever sends it", (t) => {
  const cancel = (now: number) => ({ type: "cancel", reason: "a mistake", now: at(now) }) as const;
  const begun = [request, rendered, begin("me")];
  t.match(given(...begun), { events: ["channel-begun"] });
  t.match(given(...begun, cancel(0)), { events: { length: 0 } }, "nor is what could still be");
  t.match(given(...begun, tried(["mail", "2.0.0"]), cancel(0)), {
    events: ["channel-suppressed", "sent"],
    state: { at: "sent" },
  });
  t.match(given(...begun, tried(["mail", "4.3.1"]), cancel(0)), { state: { at: "suppressed" } });
  t.match(given(...begun, cancel(60_000)), { state: { at: "suppressed" } }, "whoever sent it has died");
  t.match(given(...begun, begin("another"), tried(["mail", "4.3.1"]), cancel(0)), { events: { length: 0 } });
  t.match(given(request, rendered, cancel(0), begin("me")), { events: { length: 0 } }, "the other way round");
  const later = [request, rendered, tried(["mail", "4.3.1"])];
  t.match(given(...later, begin("me", { dueAt: at(999) })), { events: { length: 0 } }, "not due yet");
  t.match(given(...later, begin("me", { dueAt: at(1000) })), { events: ["channel-begun"] });
  t.end();
});

await test("a receipt that comes before the last channel is through counts when it is", (t) => {
  const early = [request, rendered, tried(["mail", "2.0.0"], ["file", "4.3.1"]), receipt("mail", "2.1.5")];
  t.match(given(...early), { events: ["channel-confirmed"], state: { at: "rendered" } });
  t.match(given(...early, tried(["file", "2.0.0"])), {
    events: ["channel-sent", "sent"],
    state: { at: "delivered" },
  });
  const refused = [request, rendered, tried(["mail", "2.0.0"], ["file", "4.3.1"]), receipt("mail", "5.1.1")];
  t.match(given(...refused, tried(["file", "5.0.0"])), { state: { at: "failed" } });
  t.end();
});

await test("a complaint is noted once, about what has arrived", (t) => {
  const sent = [request, rendered, tried(["mail", "2.0.0"], ["file", "2.0.0"])];
  t.match(given(...sent, complaint("mail")), { events: ["channel-complained"], state: { at: "sent" } });
  t.match(given(...sent, complaint("mail"), complaint("mail")), { events: { length: 0 } });
  t.match(given(request, rendered, complaint("mail")), { events: { length: 0 } });
  t.match(given(...sent, complaint("fax")), { events: { length: 0 } });
  t.match(given(...sent, receipt("mail", "2.0.0"), complaint("mail")), {
    events: ["channel-complained"],
    state: { at: "delivered" },
  });
  t.match(given(request, rendered, tried(["mail", "5.0.0"]), complaint("mail")), { events: { length: 0 } });
  t.match(given(complaint("mail")), { events: { length: 0 } });
  t.end();
});

await test("a code that is none counts as a final failure", (t) => {
  t.match(given(request, rendered, tried(["mail", "oops"])), { events: ["channel-failed"] });
  t.end();
});

await test("receipts confirm or take back what was sent", (t) => {
  const sent = [request, rendered, tried(["mail", "2.0.0"], ["file", "2.0.0"])];
  t.match(given(...sent, receipt("mail", "2.1.5")), {
    events: ["channel-confirmed"],
    state: { at: "delivered" },
  });
  t.match(given(...sent, receipt("mail", "5.1.1")), { events: ["channel-failed"], state: { at: "sent" } });
  t.match(given(...sent, receipt("mail", "5.1.1"), receipt("file", "5.0.0")), {
    events: ["channel-failed", "failed"],
    state: { at: "failed" },
  });
  t.match(given(...sent, receipt("mail", "4.0.0")), { events: { length: 0 }, state: { at: "sent" } });
  t.end();
});

await test("a report that is final is, whatever its code says, and one that is not is not", (t) => {
  const sent = [request, rendered, tried(["mail", "2.0.0"], ["file", "5.0.0"])];
  // A server that has tried for days gives up with the code of its last attempt (RFC 3464 \u00a72.3.3).
  t.match(given(...sent, receipt("mail", "4.4.1", "failed")), {
    events: ["channel-failed", "failed"],
    state: { at: "failed", request: { channels: [{ last: { code: "4.4.1" } }, {}] } },
  });
  t.match(given(...sent, receipt("mail", "5.1.1", "failed")), { events: ["channel-failed", "failed"] });
  for (const code of ["2.0.0", "4.4.1", "5.1.1"]) {
    t.match(given(...sent, receipt("mail", code, "open")), { events: { length: 0 } }, code);
  }
  t.end();
});

await test("every command that comes late or twice changes nothing", (t) => {
  const done = [request, rendered, tried(["mail", "2.0.0"], ["file", "2.0.0"])];
  const confirmed = [...done, receipt("mail", "2.0.0")];
  for (const command of [request, rendered, tried(["mail", "5.0.0"])]) {
    t.match(given(...done, command), { events: { length: 0 }, state: { at: "sent" } });
  }
  t.match(given(...confirmed, receipt("mail", "2.0.0")), {
    events: { length: 0 },
    state: { at: "delivered" },
  });
  t.match(given(request, receipt("mail", "2.0.0")), { events: { length: 0 }, state: { at: "requested" } });
  t.match(given(request, rendered, tried(["fax", "2.0.0"])), {
    events: { length: 0 },
    state: { at: "rendered" },
  });
  t.match(given(tried(["mail", "2.0.0"])), { events: { length: 0 }, state: { at: "none" } });
  t.end();
});
