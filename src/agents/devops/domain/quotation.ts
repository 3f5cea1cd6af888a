/** Splits what would be a mention, a reference or a comment; nobody sees it. */
const BREAK = "\u200B";

/**
 * Text from outside as a quotation in Markdown. In the text of a ticket `@name` notifies nobody, `#12` and `owner/repo#12` put
 * no note into another issue, and nothing is hidden in an HTML comment.
 */
export function quotation(text: string): string {
  return text
    .replaceAll(/@(?=[\w-])|#(?=\d)|(?<=\bGH)-(?=\d)|<(?=!--)/gi, `$&${BREAK}`)
    .split(/\r\n|\r|\n/)
    .map((line) => `> ${line}`)
    .join("\n");
}
