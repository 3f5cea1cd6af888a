import { statSync } from "node:fs";
import { resolve } from "node:path";

/**
 * The files that a command names, for an agent that is one: `python agent.py --settings=conf/local.toml` runs `agent.py`
 * and reads `conf/local.toml`. The program itself does not count.
 */
export function commandFiles(command: readonly string[], cwd: string): readonly string[] {
  const candidates = command.slice(1).flatMap((argument) => {
    const value = /^--?[\w-]+=(.+)$/.exec(argument)?.[1];
    return value === undefined ? [argument] : [value];
  });
  const files = candidates
    .map((name) => resolve(cwd, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
  return [...new Set(files)];
}
