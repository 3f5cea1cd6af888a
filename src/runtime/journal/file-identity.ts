import { statSync } from "node:fs";

/** Which file a path leads to: `gone` where it leads to none, `unknown` where it cannot be looked at now. */
export type FileIdentity =
  | { readonly at: "file"; readonly id: string }
  | { readonly at: "gone" }
  | { readonly at: "unknown" };

export function identityOf(path: string): FileIdentity {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? { at: "gone" } : { at: "file", id: `${found.dev}:${found.ino}` };
  } catch {
    return { at: "unknown" };
  }
}
