/** File name of the lock, in the folder of all prompts. */
export const LOCK_FILE = "prompts.lock.json";

/** `agent/name@version` → SHA-256 of the content, in hex. */
export type PromptLock = Readonly<Record<string, string>>;

/** One file as the lock sees it. */
export interface Locked {
  readonly key: string;
  readonly sha256: string;
  readonly frozen: boolean;
}

/** What is between the files and the lock. */
export type Drift<File extends Locked> =
  /** Another content under the same version. */
  | { readonly at: "changed"; readonly file: File }
  | { readonly at: "new"; readonly file: File }
  | { readonly at: "gone"; readonly key: string };

/** Null for what is no lock. */
export function parseLock(text: string): PromptLock | null {
  try {
    const value: unknown = JSON.parse(text);
    return isLock(value) ? value : null;
  } catch {
    return null;
  }
}

export function lockText(files: readonly Locked[]): string {
  const entries = files.map(({ key, sha256 }) => [key, sha256] as const);
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}

export function driftOf<File extends Locked>(
  files: readonly File[],
  lock: PromptLock,
): readonly Drift<File>[] {
  const there = new Set(files.map(({ key }) => key));
  return [
    ...files.flatMap((file): readonly Drift<File>[] => {
      const locked = lock[file.key];
      if (locked === file.sha256) return [];
      return [{ at: locked === undefined ? "new" : "changed", file }];
    }),
    ...Object.keys(lock).flatMap((key): readonly Drift<File>[] =>
      there.has(key) ? [] : [{ at: "gone", key }],
    ),
  ];
}

function isLock(value: unknown): value is PromptLock {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((hash: unknown) => typeof hash === "string");
}
