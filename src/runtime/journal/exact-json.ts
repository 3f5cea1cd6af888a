/*
 * JSON.rawJSON and the reviver's third parameter are in Node 22 and later (https://github.com/tc39/proposal-json-parse-with-source);
 * TypeScript's library does not have them yet.
 */
interface ExactJson {
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}

/**
 * Parses JSON so that JSON.stringify gives every number as it was written: one that a JavaScript number cannot hold
 * (beyond 2^53, say) becomes a raw JSON value.
 */
export function parseExact(text: string): unknown {
  // Only a number with so many digits can be one of them; the usual text has none.
  if (!/\d{16}|[eE][+-]?\d{3}/u.test(text)) return JSON.parse(text) as unknown;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  const json = JSON as unknown as ExactJson;
  return json.parse(text, (_name, value, { source }) =>
    typeof value === "number" && source !== undefined && source.length > 15 && String(value) !== source
      ? json.rawJSON(source)
      : value,
  );
}
