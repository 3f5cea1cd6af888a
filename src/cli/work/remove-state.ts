import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { acquireRunLock } from "../../runtime/control/run-lock.ts";
import { stateDirOf } from "../../runtime/control/state-dir.ts";
import { AgentsError } from "../../runtime/model/errors.ts";
import { bytes } from "../render/units.ts";

/** One part of the state that is gone. */
export interface Removed {
  readonly path: string;
  /** `logs (1.2 MB)` */
  readonly text: string;
}

/** Built from the sources, valid whatever the state: kept, so that the next start is quick; and what keeps it from git. */
const KEPT = /^(\.gitignore|cache|lock\..*|run\.json)$/;

/** Removes the state of a project that does not run: logs, events, data. Throws `AGENTS_STATE_LOCKED` where it does. */
export function removeState(root: string): readonly Removed[] {
  const dir = stateDirOf(root);
  if (!existsSync(dir)) return [];
  const result = acquireRunLock(root);
  if (result.at === "taken") {
    throw new AgentsError("AGENTS_STATE_LOCKED", `The state of ${root} is in use by pid ${result.by.pid}.`, {
      path: dir,
      hint: "Stop it first: agents down -v",
    });
  }
  using lock = result.lock;
  void lock; // held until the end
  return readdirSync(dir)
    .filter((name) => !KEPT.test(name))
    .map((name) => {
      const path = join(dir, name);
      const text = `${name} (${bytes(sizeOf(path))})`;
      rmSync(path, { recursive: true, force: true });
      return { path, text };
    });
}

function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
