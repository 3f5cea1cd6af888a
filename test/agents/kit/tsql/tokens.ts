/** A piece of T-SQL. `word` is in lower case; a `name` stood in brackets. */
export type Token =
  | {
      readonly is: "word" | "name" | "string" | "number" | "parameter" | "variable" | "sign";
      readonly text: string;
    }
  | { readonly is: "end"; readonly text: "the end" };

const PIECES =
  /\s+|\[((?:[^\]]|\]\])+)\]|N?'((?:[^']|'')*)'|@([1-9]\d*)\b|(@@?[A-Za-z_]\w*)|(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(<=|>=|<>|!=|[-+*/%=<>(),.;])/gy;

/** Splits T-SQL into its pieces. @throws SyntaxError for a character that T-SQL does not have, or that nothing here needs. */
export function tokenise(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  PIECES.lastIndex = 0;
  while (PIECES.lastIndex < sql.length) {
    const at = PIECES.lastIndex;
    const found = PIECES.exec(sql);
    if (found === null) throw new SyntaxError(`no T-SQL: ${sql.slice(at, at + 20)}`);
    const [, name, string, parameter, variable, number, word, sign] = found;
    if (name !== undefined) tokens.push({ is: "name", text: name });
    else if (string !== undefined) tokens.push({ is: "string", text: string });
    else if (parameter !== undefined) tokens.push({ is: "parameter", text: parameter });
    else if (variable !== undefined) tokens.push({ is: "variable", text: variable.toLowerCase() });
    else if (number !== undefined) tokens.push({ is: "number", text: number });
    else if (word !== undefined) tokens.push({ is: "word", text: word.toLowerCase() });
    else if (sign !== undefined) tokens.push({ is: "sign", text: sign });
  }
  return [...tokens, { is: "end", text: "the end" }];
}
