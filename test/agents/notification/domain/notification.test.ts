import { test } from "tap";
import { decide, MAX_ATTEMPTS } from "../../../../src/agents/notification/domain/decide.ts";
import type { NotificationCommand } from "../../../../src/agents/notification/domain/decide.ts";
import {
  evolve,
  initialNotification,
  pendingChannels,
} from "../../../../src/agents/notification/domain/notification.ts";
import type { Notification } from "../../../../src/agents/notification/domain/notification.ts";

const request: NotificationCommand = {
  type: "request",
  request: {
    recipient: "developers",
    channels: ["mail", "file"],
    subject: "s",
    message: "m",
    priority: "normal",
    cause: { kind: "event", id: "e1", eventType: "x" },
  },
};
const rendered: NotificationCommand = {
  type: "render",
  content: {
    subject: "s",
    body: "m",
    sms: { encoding: "GSM-7", units: 4, segments: 1 },
    wording: { by: "template", reason: "r", generatedBy: null, promptRef: null },
  },
};
const tried = (...outcomes: readonly (readonly [string, string])[]): NotificationCommand => ({
  type: "record-attempts",
  outcomes: outcomes.map(([channel, code]) => ({ channel, code, detail: null })),
});
const receipt = (channel: string, code: string): NotificationCommand => ({
  type: "record-receipt",
  outcome: { channel, code, detail: null },
});

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
    pendingChannels(first.state).map((channel) => channel.channel),
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

await test("a failure that does not pass is final after the last attempt", (t) => {
  const tries = Array.from({ length: MAX_ATTEMPTS }, () => tried(["mail", "4.4.1"], ["file", "4.3.1"]));
  t.match(given(request, rendered, ...tries.slice(1)), { state: { at: "rendered" } });
  t.match(given(request, rendered, ...tries), { events: ["channel-failed", "channel-failed", "failed"] });
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
  t.match(given(...sent, receipt("mail", "4.0.0")), { events: [], state: { at: "sent" } });
  t.end();
});

await test("every command that comes late or twice changes nothing", (t) => {
  const done = [request, rendered, tried(["mail", "2.0.0"], ["file", "2.0.0"])];
  const confirmed = [...done, receipt("mail", "2.0.0")];
  for (const command of [request, rendered, tried(["mail", "5.0.0"])]) {
    t.match(given(...done, command), { events: [], state: { at: "sent" } });
  }
  t.match(given(...confirmed, receipt("mail", "2.0.0")), { events: [], state: { at: "delivered" } });
  t.match(given(request, receipt("mail", "2.0.0")), { events: [], state: { at: "requested" } });
  t.match(given(request, rendered, tried(["fax", "2.0.0"])), { events: [], state: { at: "rendered" } });
  t.match(given(tried(["mail", "2.0.0"])), { events: [], state: { at: "none" } });
  t.end();
});
