import { test } from "tap";
import {
  decidePreferences,
  evolvePreferences,
  NO_PREFERENCES,
} from "../../../../src/agents/notification/domain/preferences.ts";
import type { Preferences } from "../../../../src/agents/notification/domain/preferences.ts";
import { addressesOf, routeChannel } from "../../../../src/agents/notification/domain/routing.ts";
import type { RoutingFacts } from "../../../../src/agents/notification/domain/routing.ts";
import {
  decideLift,
  decideSuppress,
  evolveSuppression,
  isActive,
  suppressionFrom,
} from "../../../../src/agents/notification/domain/suppression.ts";
import type { Suppression } from "../../../../src/agents/notification/domain/suppression.ts";
import { timeZone } from "../../../../src/agents/notification/infrastructure/time-zone.ts";

const NIGHT = Date.parse("2026-01-10T23:00:00Z");
const quiet = { timeZone: "Europe/London", from: "22:00", to: "07:00" };
const entry = (more: Partial<Suppression> = {}): Suppression => ({
  address: "ada@example.org",
  reason: "hard-bounce",
  since: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-02-01T00:00:00.000Z",
  note: null,
  notificationId: null,
  ...more,
});

function facts(preferences: Partial<Preferences>, more: Partial<RoutingFacts> = {}): RoutingFacts {
  return {
    recipient: "ada@example.org",
    category: "code",
    priority: "normal",
    preferences: { ...NO_PREFERENCES, ...preferences },
    suppressions: [],
    zone: timeZone("Europe/London"),
    now: NIGHT,
    ...more,
  };
}

await test("what a recipient wants comes first, then how they are reached, then whether now", (t) => {
  t.strictSame(routeChannel("email", facts({})), { to: "send", address: "ada@example.org" });
  t.match(routeChannel("email", facts({ channels: ["sms"] })), { to: "suppress", cause: "channel-off" });
  t.match(routeChannel("email", facts({ optOut: ["code"] })), { to: "suppress", cause: "opted-out" });
  t.match(routeChannel("email", facts({ optOut: ["incident"] })), { to: "send" });
  t.match(routeChannel("email", facts({ quietHours: quiet })), {
    to: "hold",
    address: "ada@example.org",
    until: "2026-01-11T07:00:00.000Z",
  });
  for (const silent of ["console", "file", "webhook"]) {
    t.match(routeChannel(silent, facts({ quietHours: quiet })), { to: "send" }, silent);
  }
  t.end();
});

await test("urgency breaks quiet hours unless its recipient says no, an opt-out only where they say so", (t) => {
  const urgent = { priority: "high" } as const;
  const strict = { ignoresQuietHours: false, ignoresOptOut: false };
  const open = { ignoresQuietHours: true, ignoresOptOut: true };
  t.match(routeChannel("email", facts({ quietHours: quiet }, urgent)), { to: "send" });
  t.match(routeChannel("email", facts({ quietHours: quiet, urgent: strict }, urgent)), { to: "hold" });
  t.match(routeChannel("email", facts({ optOut: ["code"] }, urgent)), { to: "suppress" });
  t.match(routeChannel("email", facts({ optOut: ["code"], urgent: open }, urgent)), { to: "send" });
  t.match(routeChannel("email", facts({ optOut: ["code"], urgent: open })), { to: "suppress" });
  t.match(routeChannel("email", facts({ channels: [], urgent: open }, urgent)), { cause: "channel-off" });
  t.end();
});

await test("an address on the list is not used, however urgent, until its time is over", (t) => {
  const listed = { suppressions: [entry()], priority: "high" } as const;
  t.match(routeChannel("email", facts({}, listed)), { to: "suppress", cause: "hard-bounce" });
  t.match(routeChannel("email", facts({}, { suppressions: [entry({ expiresAt: null })] })), {
    to: "suppress",
  });
  const over = entry({ expiresAt: "2026-01-10T23:00:00.000Z" });
  t.match(routeChannel("email", facts({}, { suppressions: [over] })), { to: "send" });
  t.match(routeChannel("file", facts({}, listed)), { to: "send" }, "a file is no mailbox");
  const other = facts({ addresses: { email: "Ada@Home.example" } }, listed);
  t.match(routeChannel("email", other), { to: "send", address: "Ada@Home.example" });
  t.strictSame(addressesOf(["email", "file"], "ops", other.preferences), ["ada@home.example"]);
  t.end();
});

await test("a group is reached by mail and phone only where its addresses are known", (t) => {
  const group = { recipient: "on-call" };
  t.match(routeChannel("email", facts({}, group)), {
    to: "nowhere",
    code: "5.1.3",
    detail: "on-call has no e-mail address: set addresses.email in the recipient's preferences",
  });
  t.match(routeChannel("sms", facts({}, group)), { to: "nowhere", detail: /no E\.164 number/ });
  t.match(routeChannel("sms", facts({ addresses: { sms: "+442079460958" } }, group)), {
    to: "send",
    address: "+442079460958",
  });
  t.match(routeChannel("sms", facts({}, { recipient: "+44 20 7946 0958" })), { address: "+442079460958" });
  t.match(routeChannel("push", facts({}, group)), { to: "send", address: "on-call" });
  t.match(routeChannel("teams", facts({}, group)), { to: "send", address: "on-call" });
  t.match(routeChannel("fax", facts({}, group)), { to: "send" }, "who sends will find that there is none");
  t.end();
});

await test("preferences that say the same change nothing, and can be taken back", (t) => {
  const wanted: Preferences = {
    ...NO_PREFERENCES,
    channels: ["sms", "email"],
    optOut: ["b", "a"],
    quietHours: quiet,
  };
  const [set] = decidePreferences("ops", wanted, NO_PREFERENCES);
  if (set === undefined) throw new Error("nothing was decided");
  const state = evolvePreferences(NO_PREFERENCES, set);
  t.strictSame(state, wanted);
  const same = { ...wanted, channels: ["email", "sms"], optOut: ["a", "b"] };
  t.strictSame(decidePreferences("ops", same, state), []);
  t.match(decidePreferences("ops", { ...wanted, optOut: ["a"] }, state), [{ type: "preferences-set" }]);
  const [cleared] = decidePreferences("ops", null, state);
  t.match(cleared, { type: "preferences-cleared" });
  t.strictSame(cleared === undefined ? null : evolvePreferences(state, cleared), NO_PREFERENCES);
  t.strictSame(decidePreferences("ops", null, NO_PREFERENCES), []);
  t.end();
});

await test("the list keeps what lasts longest, and forgets what is lifted", (t) => {
  const now = Date.parse("2026-01-05T00:00:00.000Z");
  const where = { address: "ada@example.org", note: "550", notificationId: "n1" };
  const bounce = suppressionFrom("hard-bounce", where, now);
  t.match(bounce, { reason: "hard-bounce", expiresAt: "2026-02-04T00:00:00.000Z", notificationId: "n1" });
  const complaint = suppressionFrom("complaint", where, now);
  t.equal(complaint.expiresAt, null);
  t.match(decideSuppress(bounce, null), [{ type: "suppressed" }]);
  t.strictSame(decideSuppress(bounce, bounce), []);
  t.match(decideSuppress(complaint, bounce), [{ data: { reason: "complaint" } }]);
  t.strictSame(decideSuppress(bounce, complaint), []);
  t.match(decideSuppress(bounce, entry({ expiresAt: "2026-01-04T00:00:00.000Z" })), [{ type: "suppressed" }]);
  t.match(decideLift(bounce), [{ type: "lifted", data: { address: "ada@example.org" } }]);
  t.strictSame(decideLift(null), []);
  t.equal(evolveSuppression(bounce, { type: "lifted", data: { address: "ada@example.org" } }), null);
  t.equal(isActive(null, "2026-01-01"), false);
  t.end();
});
