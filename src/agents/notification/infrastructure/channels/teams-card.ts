import type { OutgoingMessage } from "../../application/ports.ts";

/** Teams takes no more in one message; a little is left for what lies around the card. */
const LIMIT_BYTES = 27_000;

/**
 * A message for a Teams workflow ("Post to a channel when a webhook request is received"): an Adaptive Card. The words of
 * others stand in text runs, which know no markdown: nothing in them becomes a link or a list.
 */
export function teamsCard(message: OutgoingMessage): unknown {
  const lines = Array.from(message.body);
  let [fits, not] = [0, lines.length + 1];
  if (sizeOf(card(message, message.body)) <= LIMIT_BYTES) return card(message, message.body);
  while (not - fits > 1) {
    const middle = Math.floor((fits + not) / 2);
    if (sizeOf(card(message, cut(lines, middle))) <= LIMIT_BYTES) fits = middle;
    else not = middle;
  }
  return card(message, cut(lines, fits));
}

function cut(characters: readonly string[], length: number): string {
  return `${characters.slice(0, length).join("")}…`;
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function card({ subject, recipient, priority, id }: OutgoingMessage, body: string): unknown {
  const urgent = priority === "high" ? { color: "Attention" } : {};
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          fallbackText: subject,
          msteams: { width: "Full" },
          body: [
            text(subject, { size: "Large", weight: "Bolder", ...urgent }),
            ...body.split("\n").map((line) => text(line)),
            text(`To ${recipient} · priority ${priority} · ${id}`, { size: "Small", isSubtle: true }),
          ],
        },
      },
    ],
  };
}

function text(line: string, style: Readonly<Record<string, unknown>> = {}): unknown {
  // A run without any text is refused.
  return { type: "RichTextBlock", inlines: [{ type: "TextRun", text: line === "" ? " " : line, ...style }] };
}
