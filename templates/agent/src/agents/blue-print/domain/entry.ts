/** What happened to one entry, oldest first: the only thing that is stored of it. */
export type EntryEvent = { readonly type: "recorded"; readonly data: Recorded };

/** An entry as it was recorded. */
export type Recorded = {
  readonly text: string;
  readonly label: Label;
};

/** A few words for lists, and who chose them: the model proposes, {@link chooseLabel} decides. */
export type Label = {
  readonly text: string;
  readonly by: "model" | "code";
  readonly generatedBy: "live" | "cassette" | "sample" | null;
  readonly promptRef: string | null;
};

export type Entry = { readonly at: "none" } | ({ readonly at: "recorded" } & Recorded);

export type EntryCommand = { readonly type: "record"; readonly text: string; readonly label: Label };

/** A command that the entry's state does not allow. */
export class EntryConflict extends Error {
  override readonly name = "EntryConflict";
}

export const initialEntry: Entry = { at: "none" };

/** The events that a command leads to; none where it changes nothing, as a repeated one does. */
export function decide(command: EntryCommand, state: Entry): readonly EntryEvent[] {
  const { text, label } = command;
  switch (state.at) {
    case "none":
      return [{ type: "recorded", data: { text, label } }];
    case "recorded":
      if (state.text === text) return [];
      throw new EntryConflict("The entry is recorded already, with another text.");
    default:
      return state satisfies never;
  }
}

export function evolve(state: Entry, event: EntryEvent): Entry {
  switch (event.type) {
    case "recorded":
      return { at: "recorded", ...event.data };
    default:
      return (event.type satisfies never) ?? state;
  }
}
