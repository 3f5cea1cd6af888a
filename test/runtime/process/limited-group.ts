import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";

/** Where control groups for memory are made, and what their limit is called: v2, v1. */
const PLACES = [
  ["/sys/fs/cgroup", "memory.max"],
  ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"],
] as const;

/** A control group of its own with little memory; null where this user may make none. A process enters it by `enter`. */
export function limitedGroup(t: Test, bytes: number): { readonly enter: string } | null {
  for (const [place, limit] of PLACES) {
    const group = join(place, `agents-test-${process.pid}`);
    try {
      mkdirSync(group);
    } catch {
      continue; // not permitted, or no such hierarchy
    }
    t.teardown(() => rmdirSync(group));
    if (!existsSync(join(group, limit))) continue;
    writeFileSync(join(group, limit), String(bytes));
    return { enter: `echo $$ > ${group}/cgroup.procs && exec` };
  }
  return null;
}
