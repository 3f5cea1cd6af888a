import t from "tap";
import { z } from "zod";
import config from "../../agents.config.ts";
import { pick, systemProject, until, urlOf } from "../helpers/system.ts";

/** Who listens to what. */
const EDGES = Object.entries(
  z.record(z.string(), z.looseObject({ subscribes: z.array(z.string()).default([]) })).parse(config.agents),
).flatMap(([agent, { subscribes }]) => subscribes.map((type) => ({ agent, type })));
const TYPES = [...new Set(EDGES.map(({ type }) => type))];

const CLOUD = "application/cloudevents+json";
const CUT = "THE PAYLOAD";
/** Lists of the payloads of the catalog, each with more wrong entries than an answer could name. */
const WRONG = Array.from({ length: 60_000 }, () => 0);
const LISTS = {
  files: WRONG,
  suggestions: WRONG,
  rules: WRONG,
  evidence: WRONG,
  channels: WRONG,
  findings: WRONG,
};

interface Poison {
  readonly what: string;
  readonly contentType: string;
  readonly body: (type: string) => string;
  /** What the dead letter says. */
  readonly reason: RegExp;
}

const POISONS: readonly Poison[] = [
  eventWith(
    "a payload of another shape",
    { nonsense: 1 },
    /The payload does not fit agents\.\S+: \w+ is (?:missing|.+: expected)/,
  ),
  eventWith(
    "no payload",
    undefined,
    /The payload does not fit agents\.\S+: payload is missing: expected an object/,
  ),
  eventWith("too many wrong entries", LISTS, /The payload does not fit agents\.\S+: .{20,900}$/),
  {
    ...eventWith("a payload without end", CUT, /The payload does not fit/),
    body: (type) => standard(type, CUT).replace(`"${CUT}"`, "[".repeat(50_000) + "]".repeat(50_000)),
  },
  {
    ...eventWith("another version", {}, /The event is agents\.\S+ in version 9\.0; this agent reads 1\.0\./),
    body: (type) => standard(type, {}, "9.0"),
  },
  {
    what: "no JSON",
    contentType: "text/plain",
    body: () => "{ no json",
    reason: /This is no standard event: its data .* is string/,
  },
  {
    what: "no event",
    contentType: "application/json",
    body: () => "[1, 2]",
    reason: /This is no standard event: its data .* is a list/,
  },
];

t.test(
  "what no agent can handle is in its dead letters at once, with a reason that says what is wrong",
  async (t) => {
    const agents = ["notification", "testplanning", "implementation", "servicedesk", "devops"] as const;
    t.strictSame(
      [...new Set(EDGES.map(({ agent }) => agent))].toSorted(),
      [...agents].toSorted(),
      "all that listen",
    );
    const project = systemProject(t, { agents });
    await project.up().ready();
    const sidecar = urlOf(await project.json(["ps"]), "devops-dapr");
    for (const { contentType, body } of POISONS)
      for (const type of TYPES) {
        const request = { method: "POST", headers: { "content-type": contentType }, body: body(type) };
        t.equal((await fetch(`${sidecar}/v1.0/publish/agents-pubsub/${type}`, request)).status, 204);
      }

    let dead: readonly Dead[] = [];
    await until("each delivery is dead", async () => {
      dead = (await project.lines(["events", "dead"])).flatMap(deliveriesOf);
      return dead.length >= POISONS.length * EDGES.length;
    });
    for (const { what, reason } of POISONS)
      for (const { agent, type } of EDGES) {
        const found = dead.filter(
          (each) => each.agent === agent && each.type === type && reason.test(each.error),
        );
        t.ok(found.length > 0, `${agent} ← ${type}: ${what}`);
      }
    t.strictSame(
      new Set(dead.map(({ attempts }) => attempts)),
      new Set([1]),
      "trying again would not have helped",
    );
    const shown = await project.agents(["events", "dead"]);
    t.equal(shown.code, 0);
    t.match(shown.stdout, /in version 9\.0; this agent reads 1\.0/, "also for people");
  },
);

interface Dead {
  readonly agent: string;
  readonly type: string;
  readonly attempts: unknown;
  readonly error: string;
}

function deliveriesOf(event: unknown): readonly Dead[] {
  const deliveries = pick(event, "deliveries");
  return (Array.isArray(deliveries) ? deliveries : []).map((delivery: unknown) => ({
    agent: String(pick(delivery, "agent")),
    type: String(pick(event, "topic")),
    attempts: pick(delivery, "attempts"),
    error: String(pick(delivery, "error")),
  }));
}

function eventWith(what: string, payload: unknown, reason: RegExp): Poison {
  return { what, contentType: CLOUD, body: (type) => standard(type, payload), reason };
}

/** A standard event in its CloudEvent. */
function standard(type: string, payload: unknown, dataVersion = "1.0"): string {
  const id = crypto.randomUUID();
  const time = new Date().toISOString();
  const subject = "poison/1";
  const inner = { correlationId: id, causationId: id, agentId: "test", payload };
  const data = {
    id,
    eventType: type,
    subject,
    eventTime: time,
    dataVersion,
    metadataVersion: "1",
    data: inner,
  };
  const attributes = { specversion: "1.0", id, type, source: "/agents/test", subject, time };
  return JSON.stringify({ ...attributes, datacontenttype: "application/json", data });
}
