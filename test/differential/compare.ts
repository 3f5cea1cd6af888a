import { isDeepStrictEqual } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import type { Check, Delivery, Question, Side } from "./check.ts";
import { deliveryShape } from "./mask.ts";

/** What both sidecars did. */
export interface Compared {
  readonly check: Check;
  readonly daprd: unknown;
  readonly agents: unknown;
  readonly verdict: "equal" | "different by intent" | "different";
}

export interface Sides {
  readonly daprd: Side;
  readonly agents: Side;
}

/** After the last that came, nothing more is waited for. */
const QUIET_MS = 500;
/** A sidecar that gives its app less than the other is waited for so long. */
const PATIENCE_MS = 20_000;

/** Asks the questions one after the other: some build on others. */
export async function compareQuestions(questions: readonly Question[], sides: Sides): Promise<Compared[]> {
  const results: Compared[] = [];
  for (const check of questions) {
    const [daprd, agents] = await Promise.all([
      attempt(check.ask, sides.daprd),
      attempt(check.ask, sides.agents),
    ]);
    results.push(judged(check, daprd, agents));
  }
  return results;
}

/** Publishes all at once, waits until nothing more comes, and compares. */
export async function compareDeliveries(
  deliveries: readonly (Delivery & { readonly id: string })[],
  sides: Sides,
): Promise<Compared[]> {
  return await Promise.all(
    deliveries.map(async (check) => {
      const [first, second] = await Promise.all([
        attempt((side) => check.publish(side, check.id), sides.daprd),
        attempt((side) => check.publish(side, check.id), sides.agents),
      ]);
      await settled(check, sides);
      const view = (side: Side): unknown =>
        (check.view ?? defaultView)(side.got(check.id).filter(({ method }) => method !== "OPTIONS"));
      return judged(
        check,
        { answered: first, got: view(sides.daprd) },
        { answered: second, got: view(sides.agents) },
      );
    }),
  );
}

async function settled(
  { id, quietMs = QUIET_MS }: Delivery & { readonly id: string },
  sides: Sides,
): Promise<void> {
  const since = Date.now();
  for (;;) {
    const [daprd, agents] = [sides.daprd.got(id), sides.agents.got(id)];
    const last = Math.max(since, ...[...daprd, ...agents].map(({ at }) => at));
    const isQuiet = Date.now() - last >= quietMs;
    if (isQuiet && (daprd.length === agents.length || Date.now() - since > PATIENCE_MS)) return;
    await sleep(25);
  }
}

/** By path and content: deliveries of one topic may overtake each other. */
function defaultView(got: Parameters<NonNullable<Delivery["view"]>>[0]): unknown {
  return got.map(deliveryShape).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

async function attempt(work: (side: Side) => Promise<unknown>, side: Side): Promise<unknown> {
  try {
    return await work(side);
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

export function judged(check: Check, daprd: unknown, agents: unknown): Compared {
  const same = isDeepStrictEqual(daprd, agents);
  const meant = check.differs !== undefined;
  // One that is said to differ and does not is wrong as well: its reason has gone.
  const verdict = same ? (meant ? "different" : "equal") : meant ? "different by intent" : "different";
  return { check, daprd, agents, verdict };
}
