/**
 * Text from outside on its way into a source file. A comment may hold anything a person or a model wrote, so it
 * must not be able to end itself, start a line of code, or show code in another order than it runs.
 */

/** Control and format characters, which include line breaks and the marks that reverse the direction of text. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu;

/** One line of plain text. */
export function plainLine(text: string): string {
  return text.replace(INVISIBLE, " ").replace(/\s+/gu, " ").trim();
}

/** Plain text in lines of at most `width` characters, broken between words where it can be. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of plainLine(text).split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** At most `limit` characters, with an ellipsis where something was cut. */
export function shorten(text: string, limit: number): string {
  const characters = Array.from(plainLine(text));
  return characters.length <= limit
    ? characters.join("")
    : `${characters
        .slice(0, limit - 1)
        .join("")
        .trimEnd()}…`;
}

/** The numbers of a text that the other text does not hold: what a model made up. */
export function inventedNumbers(text: string, given: string): readonly string[] {
  const known = new Set(numbersIn(given));
  return [...new Set(numbersIn(text))].filter((number) => !known.has(number));
}

function numbersIn(text: string): readonly string[] {
  return text.normalize("NFKC").match(/[0-9]+(?:[.,][0-9]+)*/g) ?? [];
}
