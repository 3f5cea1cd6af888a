import { join } from "node:path";
import { StartError } from "../process/start-error.ts";
import { readLockFile } from "./lock-file.ts";
import { driftOf, LOCK_FILE, parseLock } from "./lock.ts";
import { keyOf, promptFiles } from "./read-files.ts";

const UPDATE = "agents prompts lint --update writes the lock; commit it with the prompts.";

/**
 * In production an agent's prompts are those that were reviewed: every one in `prompts.lock.json`, with that content. An agent
 * without prompts needs none.
 *
 * @param root Folder of the prompts of all agents.
 * @throws StartError naming each file.
 */
export async function assertLocked(root: string, agent: string): Promise<void> {
  const files = await promptFiles((path) => join(root, path), root, agent);
  const broken = files.flatMap(({ problem }) => problem ?? []);
  if (broken.length > 0)
    throw new StartError(
      broken.join("; ").replace(/\.$/, ""),
      "Correct the file: in production no prompt may be broken.",
      { code: "AGENTS_PROMPT_INVALID" },
    );
  const text = await readLockFile(root);
  const lock = text === null ? null : parseLock(text);
  if (lock === null) {
    if (files.length === 0) return;
    throw unlocked(
      text === null ? `${join(root, LOCK_FILE)} is not there` : `${join(root, LOCK_FILE)} is not a lock file`,
    );
  }
  const own = Object.fromEntries(Object.entries(lock).filter(([key]) => key.startsWith(`${agent}/`)));
  const keyed = files.map((file) => ({ ...file, key: keyOf(file) }));
  const wrong = driftOf(keyed, own).map((drift) => {
    switch (drift.at) {
      case "changed":
        return `${drift.file.file} has changed under version ${drift.file.prompt?.version}`;
      case "new":
        return `${drift.file.file} is not in the lock as ${drift.file.key}`;
      case "gone":
        return `${drift.key} is in the lock and has no file`;
      default:
        return drift satisfies never;
    }
  });
  if (wrong.length > 0) throw unlocked(`Prompts are not those of ${LOCK_FILE}: ${wrong.join("; ")}`);
}

function unlocked(message: string): StartError {
  return new StartError(message, UPDATE, { code: "AGENTS_PROMPT_UNLOCKED" });
}
