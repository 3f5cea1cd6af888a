import { test } from "tap";
import type { Test } from "tap";
import { HeldTraffic } from "../../helpers/held-traffic.ts";
import type { RunningAgent } from "../../helpers/running-agent.ts";
import { until } from "../../helpers/system.ts";
import { TestSystem } from "../../helpers/test-system.ts";
import { CONSUMED } from "./consumed.ts";
import type { Consumed } from "./consumed.ts";

/** An agent that stops at some step of a delivery, to be killed there. */
export interface Doomed {
  readonly agent: RunningAgent;
  /** Resolves when it is there. */
  readonly reached: () => Promise<unknown>;
  /** Gives way when it is dead. */
  readonly release: () => void;
}

/** Kills each agent that listens to some event at one step of its delivery, and starts it again. */
export async function killEach(
  step: string,
  begin: (t: Test, system: TestSystem, agent: string) => Promise<Doomed>,
): Promise<void> {
  for (const consumed of CONSUMED)
    await test(`${consumed.agent}: killed ${step}, an event is neither lost nor handled twice`, async (t) => {
      const { agent: name, listens, publishes } = consumed;
      const system = await TestSystem.start(t, [publishes]);
      const made = await making(system, consumed);
      const { agent: doomed, reached, release } = await begin(t, system, name);
      const id = crypto.randomUUID();
      await system.publish(listens, { ...consumed.payload(), ...made }, id);
      await reached();
      process.kill(doomed.pid, "SIGKILL");
      await doomed.ended;
      release();
      await doomed.kill();

      const next = await system.agent(name);
      while (idsFor(system, consumed, id).length === 0)
        await system.until(publishes, ofType(system, publishes).length + 1);
      await system.replay(id, name);
      const handledBefore = (line: string): boolean => line.includes("handled before") && line.includes(id);
      await until("the inbox has known it, not the domain alone", () =>
        next.output().split("\n").some(handledBefore),
      );
      // What the repetition would have caused comes before what a later event causes.
      const later = crypto.randomUUID();
      await system.publish(listens, { ...consumed.payload(), ...made }, later);
      while (idsFor(system, consumed, later).length === 0)
        await system.until(publishes, ofType(system, publishes).length + 1);
      t.equal(
        new Set(idsFor(system, consumed, id)).size,
        1,
        "one event came of it, whatever was delivered twice",
      );
      t.equal(new Set(idsFor(system, consumed, later)).size, 1);
    });
}

/** What the payload refers to is made before anything is held. */
async function making(system: TestSystem, { agent: name, refersTo }: Consumed): Promise<object> {
  if (refersTo === undefined) return {};
  const agent = await system.agent(name);
  const made = await refersTo(agent);
  await agent.kill();
  return made;
}

/** An agent whose answers to its sidecar are held. */
export async function deliveredThrough(t: Test, system: TestSystem, name: string) {
  const held = new HeldTraffic(t, { what: "answers", to: /^\/events\// });
  const agent = await system.agent(name, {}, { deliveredThrough: (port) => held.before(port) });
  return { agent, held };
}

function ofType(system: TestSystem, type: string) {
  return system.seen.filter((each) => each.type === type);
}

function idsFor(system: TestSystem, { publishes }: Consumed, cause: string): readonly string[] {
  return ofType(system, publishes)
    .filter((each) => each.data.data.causationId === cause)
    .map(({ id }) => id);
}
