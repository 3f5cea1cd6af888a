import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadFresh } from "../../runtime/config/load-fresh.ts";
import { acquireLock } from "../../runtime/control/run-lock.ts";
import { ensureStateDir } from "../../runtime/control/state-dir.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { ResolvedConfig } from "../../runtime/model/resolved.ts";
import type { AgentPlan } from "./agent-plan.ts";
import { notEditable } from "./config/edit-config.ts";
import type { ChangedFile } from "./write-files.ts";
import { takeBackUnfinished, writeAll } from "./write-files.ts";

const LOOK_AGAIN_MS = 50;
const PATIENCE_MS = 20_000;

/** The files of the project that change. */
export interface Changes {
  /** Null: it is left to the user. */
  readonly config: ChangedFile | null;
  /** What else changes, before the config does. */
  readonly others: readonly ChangedFile[];
}

/** The right to add to a project, which one command at a time has; what a killed one had begun is gone. */
export interface Making extends Disposable {
  /** The config as it is now: another `agents new` may have added to it. */
  readonly config: ResolvedConfig;
  readonly configText: string;
  /** Writes all of it, or nothing. */
  write(plan: AgentPlan, changes: Changes): Promise<void>;
}

/**
 * Waits until nobody else adds to the project.
 *
 * @param seen The config that was loaded, and its text just before.
 */
export async function beginMaking(
  seen: { readonly config: ResolvedConfig; readonly text: string },
  signal: AbortSignal,
): Promise<Making> {
  const { root, file } = seen.config;
  const lock = await takenIn(root, signal);
  try {
    const journal = join(ensureStateDir(root), "new-agent.json");
    takeBackUnfinished(root, journal);
    const configText = readFileSync(file, "utf8");
    const config = configText === seen.text ? seen.config : (await loadFresh(file)).config;
    return {
      config,
      configText,
      write: async (plan, { config: change, others }) => {
        const changes = change === null ? others : [...others, change];
        await writeAll({ root, journal }, plan.files, changes, async () => {
          if (change !== null) await assertThere(plan, change);
        });
      },
      [Symbol.dispose]: () => lock.release(),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function takenIn(root: string, signal: AbortSignal): Promise<{ release(): void }> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const taken = acquireLock(root, "making");
    if (taken.at === "acquired") return taken.lock;
    if (Date.now() > end)
      throw new AgentsError("AGENTS_STATE_LOCKED", "Another agents new is running in this project.", {
        path: root,
        expected: `it to end within ${PATIENCE_MS / 1000} s`,
        found: `pid ${taken.by.pid}`,
        hint: "Wait for it, or end it: its changes are then undone.",
      });
    await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {
      throw new AgentsError("AGENTS_INTERRUPTED", "");
    });
  }
}

/** The config is evaluated: what stands in its text may be left out by what is computed around it. */
async function assertThere({ entry }: AgentPlan, { file, before }: ChangedFile): Promise<void> {
  const { config } = await loadFresh(file, { printed: "stderr" });
  const added = config.agents[entry.name];
  if (added?.run.by === "entry" && relative(config.root, added.run.entry) === entry.entry) return;
  throw await notEditable(file, before, entry, "agents that are not taken from what is written there");
}
