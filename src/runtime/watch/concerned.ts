import { isAbsolute, join, matchesGlob, relative } from "node:path";
import type { WatchedAgent } from "./watched-agent.ts";

const IGNORED = new Set(["node_modules", ".git", ".agents", "dist"]);
const SOURCE = /\.(?:[cm]?[jt]sx?|json)$/;

/** True for a path inside a folder that is never watched: dependencies, history, our own state, build results. */
export function isIgnored(path: string, root: string): boolean {
  const inside = relative(root, path);
  return (inside.startsWith("..") ? path : inside).split("/").some((segment) => IGNORED.has(segment));
}

/** The agents that a saved file restarts. A file named outright counts also inside an ignored folder. */
export function concerned(
  path: string,
  agents: Iterable<WatchedAgent>,
  root: string,
): readonly WatchedAgent[] {
  const ignored = isIgnored(path, root);
  return [...agents].filter(
    (agent) =>
      agent.files.includes(path) ||
      (!ignored && agent.globs.some((glob) => matchesGlob(path, absoluteGlob(glob, root)))) ||
      (!ignored && agent.brokenIn !== null && SOURCE.test(path) && isBelow(path, agent.brokenIn)),
  );
}

function absoluteGlob(glob: string, root: string): string {
  return isAbsolute(glob) ? glob : join(root, glob);
}

/** The folder to watch for a glob: everything before the first part with a pattern. A plain path is watched itself. */
export function globBase(glob: string, root: string): string {
  const parts = absoluteGlob(glob, root).split("/");
  const pattern = parts.findIndex((part) => /[*?[\]{}!()]/.test(part));
  return pattern < 0 ? parts.join("/") : parts.slice(0, pattern).join("/") || "/";
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}
