/**
 * Looking for SQL in a text. Each step goes through the text once: an expression that looks for all of it at a time would
 * take for ever on a line that was made for that.
 */

const STARTS =
  /(select\s)|(?:insert|replace)\s+into\s|update\s+[\w."[\]]+\s+set\s|delete\s+from\s|(?:drop|alter|truncate)\s+table\s/gi;
const FROM = /;|\sfrom\s/gi;

/** Where the first SQL statement of a text has shown that it is one (`select … from`); -1 where there is none. */
export function sqlEnd(text: string): number {
  STARTS.lastIndex = 0;
  for (let found = STARTS.exec(text); found !== null; found = STARTS.exec(text)) {
    const end = found.index + found[0].length;
    if (found[1] === undefined) {
      if (!isProse(found[0], text.slice(end, end + 80))) return end;
      continue;
    }
    if (SAID.test(text.slice(Math.max(0, found.index - 20), found.index))) continue;
    // The blank before "from" may be the one behind "select".
    FROM.lastIndex = end - 1;
    const next = FROM.exec(text);
    if (next === null) {
      STARTS.lastIndex = end;
      if (!/insert|replace|update|delete|drop|alter|truncate/i.test(text.slice(end))) return -1;
      continue;
    }
    const behind = next.index + next[0].length;
    if (next[0] === ";") STARTS.lastIndex = next.index;
    else if (NAMING.test(text.slice(end, end + 80)) || NAMING.test(text.slice(behind, behind + 80)))
      STARTS.lastIndex = behind;
    else return behind;
  }
  return -1;
}

/** What a sentence has before the word, and SQL has not. */
const SAID = /\b(?:cannot|can't|can|could|not|to|must|should|please|you|and|or)\s+$/i;
/** How a sentence goes on where SQL has the name of a table or a column. `a` may be a name of either: `select a from b`. */
const NAMING =
  /^\s*(?:(?:the|this|that|these|those|your|our|my|their|its|which|what|who)\b|(?:an?|one|some|any|each|every|another|all)\s+(?!(?:from|as|where|join|left|right|full|inner|cross|natural|order|group|having|limit|union|set|on|using)\b)[a-z]+\b(?!\s*[(,.]))/i;
/** What `set` is followed by: a column and its value, something that is put in, or the end of the text. */
const SETTING = /^\s*(?:$|[$%{(@:]|[\w."`\\[\]]+\s*(?:=|$))/;

function isProse(start: string, rest: string): boolean {
  if (/^update/i.test(start)) return NAMING.test(start.replace(/^update/i, "")) || !SETTING.test(rest);
  return NAMING.test(rest) || (/^delete/i.test(start) && /^[\w."`]+:/.test(rest));
}
