/** Who a notification is for, told apart by its form. */
type Recipient =
  | { readonly kind: "email"; readonly address: string }
  | { readonly kind: "phone"; readonly number: string }
  | { readonly kind: "group"; readonly name: string };

/** A recipient, or what is wrong with the text. */
type ParsedRecipient =
  | { readonly ok: true; readonly recipient: Recipient }
  | { readonly ok: false; readonly problem: string };

/**
 * An E.164 number in its one written form, or `undefined`. ITU-T E.164 §6.2: a country code that does not start
 * with 0 and at most 15 digits in all. Spaces, hyphens, dots and brackets, which people write, are dropped.
 */
export function parseE164(text: string): string | undefined {
  const compact = text.trim().replace(/[\s().-]/g, "");
  return /^\+[1-9]\d{1,14}$/.test(compact) ? compact : undefined;
}

/**
 * Reads a recipient: an e-mail address (RFC 5321 §4.5.3.1: local part ≤ 64 octets, domain ≤ 255), an E.164
 * number, or the name of a group such as `developers` that the receiving channel knows.
 */
export function parseRecipient(text: string): ParsedRecipient {
  const trimmed = text.trim();
  if (trimmed.includes("@")) return parseEmail(trimmed);
  if (/^\+?[\d\s().-]+$/.test(trimmed)) return parsePhone(trimmed);
  if (/^[\p{L}\p{N}][\p{L}\p{N} ._/#-]{0,99}$/u.test(trimmed)) {
    return { ok: true, recipient: { kind: "group", name: trimmed } };
  }
  return bad(`"${shorten(trimmed)}" is no e-mail address, E.164 number or group name`);
}

/** The recipient as one line of text. */
export function recipientText(recipient: Recipient): string {
  switch (recipient.kind) {
    case "email":
      return recipient.address;
    case "phone":
      return recipient.number;
    case "group":
      return recipient.name;
    default:
      return recipient satisfies never;
  }
}

/** The form in which a recipient is looked up: cases and the blanks in a number make no other one. */
export function recipientKey(text: string): string {
  const parsed = parseRecipient(text);
  return (parsed.ok ? recipientText(parsed.recipient) : text.trim()).toLowerCase();
}

function parseEmail(text: string): ParsedRecipient {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (!/^[^\s@<>(),;:\\"[\]\p{Cc}]+$/u.test(local) || /^\.|\.$|\.\./.test(local)) {
    return bad(`"${shorten(text)}" has no valid part before the @`);
  }
  if (new TextEncoder().encode(local).length > 64)
    return bad("the part before the @ is longer than 64 octets");
  if (domain.length > 255 || !domain.split(".").every(isLabel)) {
    return bad(`"${shorten(text)}" has no valid domain after the @`);
  }
  return { ok: true, recipient: { kind: "email", address: text } };
}

/** RFC 1123 §2.1, and the letters of internationalised names. */
function isLabel(text: string): boolean {
  return /^(?!-)[\p{L}\p{M}\p{N}-]{1,63}(?<!-)$/u.test(text);
}

function parsePhone(text: string): ParsedRecipient {
  const number = parseE164(text);
  return number === undefined
    ? bad(`"${shorten(text)}" is no E.164 number: + and country code, at most 15 digits in all`)
    : { ok: true, recipient: { kind: "phone", number } };
}

function bad(problem: string): ParsedRecipient {
  return { ok: false, problem };
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
