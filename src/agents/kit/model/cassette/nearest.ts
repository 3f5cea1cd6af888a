import type { ChatMessage } from "../chat-model.ts";
import type { Cassette } from "./cassette.ts";
import { comparable } from "./cassette.ts";

/** The cassette that shares the most with a request, and where they part. */
export interface Nearest {
  readonly name: string;
  /** Counted from 1. */
  readonly message: number;
  readonly role: string;
  readonly recorded: string;
  readonly asked: string;
}

const CONTEXT = 40;

/** Null where there is no cassette at all, or none that differs in its messages. */
export function nearest(
  messages: readonly ChatMessage[],
  cassettes: ReadonlyMap<string, Cassette>,
): Nearest | null {
  const asked = comparable(messages);
  let best: { readonly shared: number; readonly found: Nearest } | null = null;
  for (const [name, cassette] of cassettes) {
    const recorded = comparable(cassette.messages);
    const place = Array.from({ length: Math.max(asked.length, recorded.length) }, (_, index) => index).find(
      (index) =>
        asked[index]?.content !== recorded[index]?.content || asked[index]?.role !== recorded[index]?.role,
    );
    if (place === undefined) continue; // it differs in its model, its schema or its settings
    const there = recorded[place]?.content ?? "";
    const here = asked[place]?.content ?? "";
    const at = firstDifference(there, here);
    const before = recorded.slice(0, place).reduce((sum, { content }) => sum + content.length, 0);
    if (best !== null && best.shared >= before + at) continue;
    const cut = (text: string): string =>
      text === "" ? "nothing" : text.slice(Math.max(0, at - CONTEXT / 2), at + CONTEXT);
    const role = asked[place]?.role ?? recorded[place]?.role ?? "user";
    const found = { name, message: place + 1, role, recorded: cut(there), asked: cut(here) };
    best = { shared: before + at, found };
  }
  return best?.found ?? null;
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  return at;
}
