import type { Decider } from "agents-apphost/kit";

/** Somebody has read a specification and stands up for it. When is stored by the event store, beside the event. */
export type ApprovalEvent = {
  readonly type: "approved";
  readonly data: { readonly by: string; readonly note: string | null };
};

/** Asks for an approval. What is approved never changes, so what the decision needs of it comes along. */
export type Approve = {
  readonly by: string;
  readonly note: string | null;
  readonly testable: boolean;
  /** Why it cannot be tested; null where it can. */
  readonly reason: string | null;
};

/** There is nothing to approve in a specification without tests. */
export class SpecNotTestable extends Error {
  override readonly name = "SpecNotTestable";
}

/** Who has approved a specification. Each person counts once, with what they said first. */
export const approval: Decider<ReadonlySet<string>, Approve, ApprovalEvent> = {
  initialState: () => new Set(),
  decide: ({ by, note, testable, reason }, state) => {
    if (!testable) throw new SpecNotTestable(reason ?? "it states nothing that can be tested");
    return state.has(personOf(by)) ? [] : [{ type: "approved", data: { by, note } }];
  },
  evolve: (state, { data }) => new Set([...state, personOf(data.by)]),
};

/** People write their names as it comes: case, more spaces and composed letters make no other person. */
function personOf(name: string): string {
  return name.trim().replaceAll(/\s+/g, " ").normalize("NFC").toLowerCase();
}

/** The version of a specification: that it was made is the first, each approval is the next. */
export function versionOf(approvals: number): number {
  return 1 + approvals;
}
