import type { OutgoingMessage } from "../../application/ports.ts";

/** Slack's limits: of a header, of a section, and how many sections we let one message have of the 50 blocks. */
const HEADER = 150;
const SECTION = 3000;
const SECTIONS = 40;

/** A message for a Slack incoming webhook: blocks, with the subject as what a notification shows. */
export function slackMessage({ subject, body, recipient, priority, id }: OutgoingMessage): unknown {
  const sections = split(body);
  return {
    text: escapeMrkdwn(subject),
    blocks: [
      { type: "header", text: { type: "plain_text", text: shorten(subject, HEADER), emoji: false } },
      ...sections.map((text) => ({ type: "section", text: { type: "mrkdwn", text, verbatim: true } })),
      {
        type: "context",
        elements: [
          { type: "plain_text", text: `To ${recipient} · priority ${priority} · ${id}`, emoji: false },
        ],
      },
    ],
  };
}

/**
 * The three characters that Slack gives a meaning: `<!channel>`, `<@U1>` and `<url|words>` become what they look like. With
 * `verbatim` nothing else in a text becomes a link or a mention.
 */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Pieces that fit into a section each, escaped and never cut inside of an escape; what is too much is left out and marked. */
function split(body: string): readonly string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const character of body) {
    const escaped = escapeMrkdwn(character);
    if (piece.length + escaped.length > SECTION) {
      pieces.push(piece);
      piece = "";
    }
    piece += escaped;
  }
  pieces.push(piece);
  // A section of nothing but blanks is refused.
  const shown = pieces.filter((each) => each.trim() !== "");
  return shown.length <= SECTIONS ? shown : [...shown.slice(0, SECTIONS - 1), "…"];
}

function shorten(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}
