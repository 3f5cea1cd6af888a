import { readdirSync } from "node:fs";
import { join } from "node:path";
import { errorCode, stateBroken } from "../control/state-dir.ts";

/** Where the log of a resource stands. Names that are no file names (a replica's, say) are percent-encoded. */
export const logPath = (dir: string, resource: string): string =>
  join(dir, `${encodeURIComponent(resource)}.log`);

/** Resources that have a log in this folder, in order of their names; none where there is no folder. */
export function resourcesIn(dir: string): readonly string[] {
  let files: readonly string[];
  try {
    files = readdirSync(dir);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw stateBroken(dir, error);
  }
  const names = files.flatMap((file) => {
    const name = /^(.+)\.log(?:\.1)?$/.exec(file)?.[1];
    const resource = name === undefined ? null : decode(name);
    return resource === null ? [] : [resource];
  });
  return [...new Set(names)].toSorted();
}

function decode(name: string): string | null {
  try {
    return decodeURIComponent(name);
  } catch {
    return null; // not a file of ours
  }
}
