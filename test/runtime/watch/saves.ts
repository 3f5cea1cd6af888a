import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Test } from "tap";
import type { WatchedAgent, WatchEvent, WatchNotice } from "../../../src/runtime/watch/watched-agent.ts";
import type { Watcher } from "../../../src/runtime/watch/watcher.ts";
import { createWatcher } from "../../../src/runtime/watch/watcher.ts";

/** A watched project folder whose events a test waits for. */
export interface Watched {
  readonly root: string;
  readonly watcher: Watcher;
  readonly notices: readonly WatchNotice[];
  readonly path: (name: string) => string;
  readonly write: (name: string, content: string) => void;
  /** The next event that was not taken yet. */
  readonly next: () => Promise<WatchEvent>;
  /** Events that came and were not taken. */
  readonly untaken: readonly WatchEvent[];
}

/** File times lag behind the clock by up to this much; so a file written just now is told from one written just before. */
const CLOCK_STEP_MS = 25;

export type Agents = Readonly<Record<string, Partial<Omit<WatchedAgent, "name">>>>;

export function agentOf(
  name: string,
  part: Partial<Omit<WatchedAgent, "name">>,
  path: (name: string) => string,
): WatchedAgent {
  const absolute = (names: readonly string[] = []): readonly string[] => names.map((each) => path(each));
  return {
    name,
    globs: part.globs ?? [],
    since: part.since ?? Date.now() + CLOCK_STEP_MS,
    files: absolute(part.files),
    folder: part.folder === undefined || part.folder === null ? null : path(part.folder),
    brokenIn: part.brokenIn === undefined || part.brokenIn === null ? null : path(part.brokenIn),
  };
}

/** Starts to watch a folder with these files. They count as read, whatever their times are, unless `since` says otherwise. */
export async function watched(
  t: Test,
  files: Readonly<Record<string, string>>,
  agents: Agents,
): Promise<Watched> {
  const root = t.testdir({});
  const path = (name: string): string => join(root, name);
  const write = (name: string, content: string): void => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), content);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  const untaken: WatchEvent[] = [];
  const notices: WatchNotice[] = [];
  const waiting: ((event: WatchEvent) => void)[] = [];
  const since = Date.now() + CLOCK_STEP_MS;
  const watcher = await createWatcher({
    root,
    config: { files: [path("agents.config.ts")], since },
    agents: Object.entries(agents).map(([name, part]) => agentOf(name, part, path)),
    onEvent: (event) => {
      const first = waiting.shift();
      if (first === undefined) untaken.push(event);
      else first(event);
    },
    onNotice: (notice) => notices.push(notice),
  });
  t.teardown(() => watcher.close());
  while (Date.now() <= since + CLOCK_STEP_MS) await new Promise((resolve) => setImmediate(resolve));
  return {
    root,
    watcher,
    notices,
    path,
    write,
    untaken,
    next: () => {
      const event = untaken.shift();
      return event === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(event);
    },
  };
}
