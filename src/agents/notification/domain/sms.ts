/**
 * How many short messages a text costs. The alphabets and the extension table are those of 3GPP TS 23.038
 * §6.2.1; the sizes follow from 140 octets a message, six of which a concatenated message gives to its header.
 */

/** The size of a text as short messages; `units` are septets in GSM-7 and UTF-16 code units in UCS-2. */
export type SmsSize = {
  readonly encoding: "GSM-7" | "UCS-2";
  readonly units: number;
  readonly segments: number;
};

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);

/** Each of these is an escape and a character: two septets. */
const EXTENSION = new Set("\f^{}\\[~]|€");

const LIMITS = { "GSM-7": { single: 160, part: 153 }, "UCS-2": { single: 70, part: 67 } } as const;

/** Sizes a text. One character outside GSM-7 moves the whole text to UCS-2. An empty text is one message. */
export function smsSize(text: string): SmsSize {
  const characters = Array.from(text);
  const gsm = characters.every((character) => BASIC.has(character) || EXTENSION.has(character));
  const encoding = gsm ? "GSM-7" : "UCS-2";
  const widths = characters.map((character) => widthOf(character, gsm));
  const units = widths.reduce((sum, width) => sum + width, 0);
  const { single, part } = LIMITS[encoding];
  return { encoding, units, segments: units <= single ? 1 : countParts(widths, part) };
}

function widthOf(character: string, gsm: boolean): number {
  return gsm ? (EXTENSION.has(character) ? 2 : 1) : character.length;
}

/** A part never ends inside an escape sequence or a surrogate pair, so it may stay one unit short. */
function countParts(widths: readonly number[], part: number): number {
  let parts = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > part) {
      parts += 1;
      used = 0;
    }
    used += width;
  }
  return parts;
}

/** The longest text that a phone is sent when its end is cut off. */
const CUT = "...";

/**
 * The text of a short message: the subject, then the message unless it says the same, in at most so many parts. What does
 * not fit is cut off between two characters and marked, without leaving the alphabet that the rest is in. Blanks and accents
 * that look the same in the smaller alphabet are written in it: a tab alone would more than halve what fits.
 */
export function smsText(
  subject: string,
  message: string,
  segments: number,
): SmsSize & { readonly text: string } {
  const body = message.trim();
  const says = subject.replace(/\s*…$/u, "");
  // Our mark of a subject that was cut off would move the whole text to the larger alphabet.
  const both = body.startsWith(says) ? body : `${says === subject ? subject : says + CUT}: ${body}`;
  const text = both.normalize("NFC").replaceAll(/[\t\u00A0\u202F]/g, " ");
  const whole = smsSize(text);
  if (whole.segments <= segments) return { text, ...whole };
  const characters = Array.from(text);
  let [fits, not] = [0, characters.length];
  while (not - fits > 1) {
    const middle = Math.floor((fits + not) / 2);
    if (smsSize(cut(characters, middle)).segments <= segments) fits = middle;
    else not = middle;
  }
  const shortened = cut(characters, fits);
  return { text: shortened, ...smsSize(shortened) };
}

function cut(characters: readonly string[], length: number): string {
  return characters.slice(0, length).join("").trimEnd() + CUT;
}
