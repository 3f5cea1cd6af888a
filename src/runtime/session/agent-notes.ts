import type { ResolvedAgent } from "../model/resolved.ts";
import type { RunView } from "../model/snapshot.ts";
import { probe } from "../resources/readiness/probe.ts";

/** Who asks what runs does not wait longer for what an agent has to say of itself. */
const ASK_MS = 500;

interface Noted {
  readonly port: number;
  /** Whether it is asked where a kit's agent tells. */
  readonly tells: boolean;
  /** What the run says of it: which model it asks. */
  readonly own: string | null;
  /** What it says of itself. */
  readonly told: string | null;
}

/**
 * What agents say of themselves while they are healthy: a prompt file that is broken, prompts that are a copy. They are asked
 * with each probe, and whenever somebody wants to know.
 */
export class AgentNotes {
  readonly #noted = new Map<string, Noted>();
  readonly #show: (agent: string, note: string | null) => void;

  constructor(show: (agent: string, note: string | null) => void) {
    this.#show = show;
  }

  /** Takes an agent up as it is configured now; what is shown of it at first. */
  firstOf(agent: ResolvedAgent, port: number, own: string | null): string | null {
    this.#noted.set(agent.name, { port, tells: agent.health.by === "auto", own, told: null });
    return own;
  }

  tell(agent: string, told: string | null): void {
    const before = this.#noted.get(agent);
    if (before === undefined || before.told === told) return;
    const after = { ...before, told };
    this.#noted.set(agent, after);
    this.#show(agent, textOf(after));
  }

  /** Asks those that are ready and have a model: the others have no prompts. */
  async look({ resources }: RunView): Promise<void> {
    const asked = resources.flatMap(({ name, kind, state, llm }) => {
      const noted = this.#noted.get(name);
      const isOne = kind === "agent" && state === "ready" && llm !== null && noted?.tells === true;
      return isOne ? [{ name, port: noted.port }] : [];
    });
    const { signal } = new AbortController();
    await Promise.all(
      asked.map(async ({ name, port }) => {
        const found = await probe({ check: { by: "auto" }, host: "127.0.0.1", port }, ASK_MS, signal);
        if (found.ok) this.tell(name, found.note ?? null);
      }),
    );
  }
}

function textOf({ told, own }: Noted): string | null {
  const parts = [told, own].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join("; ");
}
