/** Where an agent's prompts come from, for health and logs. */
export type PromptOrigin =
  | { readonly from: "folder"; readonly folder: string }
  | {
      readonly from: "github";
      readonly repo: string;
      readonly ref: string;
      readonly commit: string;
      /** `copy`: GitHub could not be asked, and this is what was known before. */
      readonly state: "current" | "copy";
      /** Why it is a copy; null where it is none. */
      readonly reason: string | null;
      /** When the ref was looked at last; ISO 8601. */
      readonly checkedAt: string;
    };

/** What somebody has to know of it, in one line; null where all is as it should be. */
export function warningOf(origin: PromptOrigin): string | null {
  if (origin.from === "folder" || origin.state === "current") return null;
  const { repo, ref, commit, reason, checkedAt } = origin;
  return `prompts are the copy of ${repo}@${ref} (${commit.slice(0, 7)}) from ${checkedAt}: ${reason}`;
}
