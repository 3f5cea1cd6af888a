/**
 * A piece of a sentence. `written` is the text as it stood there; `canon` is what the reading rules match:
 * words in lower case, and `#3`, `@3`, `~3`, `&3` for the number, quotation, moment or reference at index 3.
 */
export type Token =
  | { readonly at: "word"; readonly written: string }
  | { readonly at: "symbol"; readonly written: string }
  | { readonly at: "number"; readonly written: string; readonly amount: Amount }
  | { readonly at: "quoted"; readonly written: string; readonly value: string; readonly code: boolean }
  | { readonly at: "moment"; readonly written: string; readonly of: "date" | "time"; readonly value: string }
  | { readonly at: "reference"; readonly written: string };

/** A number and how it was written: `decimals` is the precision, `currency` an ISO 4217 code. */
export interface Amount {
  readonly value: number;
  readonly decimals: number;
  readonly currency: string | null;
}

const marks = { number: "#", quoted: "@", moment: "~", reference: "&" } as const;

export function canonOf(token: Token, index: number): string {
  if (token.at === "word") return token.written.toLowerCase();
  return token.at === "symbol" ? token.written : `${marks[token.at]}${index}`;
}
