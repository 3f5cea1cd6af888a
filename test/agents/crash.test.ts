import { test } from "tap";
import type { Test } from "tap";
import { HeldTraffic } from "../helpers/held-traffic.ts";
import { TestSystem } from "../helpers/test-system.ts";
import { ageSpec } from "./implementation/age-spec.ts";

/** Commands, and the first event that each one publishes. */
const COMMANDS = {
  bimclassification: [
    "bimclassification.suggestion.generated",
    { elements: [{ id: "r1", ifcClass: "IfcRoof" }] },
  ],
  devops: [
    "devops.sprint.analyzed",
    { sprint: { name: "Sprint 1", start: "2026-01-05", end: "2026-01-16" }, items: [] },
  ],
  implementation: ["implementation.code.generated", { spec: ageSpec }],
  notification: ["notification.send.requested", { recipient: "ops", message: "The build is green." }],
  servicedesk: ["servicedesk.ticket.created", { title: "Printer", body: "It is out of toner." }],
  testplanning: ["testplanning.spec.generated", { requirement: "An age from 18 to 65 is accepted." }],
} as const;

const ALL = [
  ...Object.entries(COMMANDS).map(([agent, [name, body]]) => [agent, name, "execute", body] as const),
  [
    "implementation",
    "implementation.refactoring.suggested",
    "refactorings",
    {
      file: "a.ts",
      content:
        "export function f(a) {\n  if (a) {\n    return true;\n  } else {\n    return false;\n  }\n}\n",
    },
  ] as const,
];

for (const [agent, name, command, body] of ALL) {
  const type = `agents.${name}`;
  const title = `${agent}: killed between save and publish, ${command} is neither lost nor done twice`;
  await test(title, async (t) => {
    const { system, held, doomed } = await begin(t, agent, type);
    const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
    const request = { method: "POST", headers, body: JSON.stringify(body) };
    const path = `/api/${agent}/${command}`;
    const cut = fetch(doomed.url + path, request).catch(() => "no answer");
    const saved: Saved = JSON.parse(await held.first);
    t.equal(saved.type, type);
    await doomed.kill();
    t.equal(await cut, "no answer");
    t.equal(system.seen.length, 0, "nothing was published yet");

    const next = await system.agent(agent);
    const [event] = await system.until(type, 1);
    t.equal(event?.id, saved.id, "what comes after the crash is what was saved before it");
    const answer: Answer = JSON.parse(await (await fetch(next.url + path, request)).text());
    t.match(answer.events[0], { id: saved.id, eventType: saved.type });
    t.equal(new Set(idsOf(system, type)).size, 1, "once");
  });
}

interface Saved {
  readonly id: string;
  readonly type: string;
}

interface Answer {
  readonly events: readonly { readonly id: string; readonly eventType: string }[];
}

async function begin(t: Test, agent: string, type: string) {
  const system = await TestSystem.start(t, [type]);
  const held = new HeldTraffic(t, { what: "requests", to: /\/publish\// });
  const doomed = await system.agent(agent, {}, { through: (port) => held.before(port) });
  return { system, held, doomed };
}

function idsOf(system: TestSystem, type: string): readonly string[] {
  return system.seen.filter((each) => each.type === type).map(({ id }) => id);
}
