/**
 * Text that speaks to whoever words a notification instead of telling what it is about. The message is sent as it stands,
 * since it is what was to be said; but no model reads it, and so none can be talked into anything by it.
 */
const ABOUT_RULES = String.raw`(?:rules?|instructions?|prompts?|polic(?:y|ies)|guidelines?|messages?\s+above|everything|anything|all)`;

const PATTERNS: readonly RegExp[] = [
  new RegExp(
    String.raw`\b(?:ignore|disregard|forget|override|bypass|skip|(?:do not|don't)\s+(?:follow|apply|obey))\b[^.!?\n]{0,50}?\b${ABOUT_RULES}\b`,
    "iu",
  ),
  /\b(?:system|developer)\s+(?:prompt|message)\b/iu,
  /(?:^|\n)[ \t]*(?:system|assistant|developer)[ \t]*:/iu,
  /\byou are (?:now )?(?:an?|the|no longer)\b[^.!?\n]{0,40}\b(?:assistant|model|ai|bot|agent|writer)\b/iu,
  /<\|[a-z_]+\|>|\[\/?INST\]|<\/?(?:system|instructions?)>/iu,
  /\bnew (?:rules?|instructions?|polic(?:y|ies))\b[^.!?\n]{0,20}[:=]/iu,
  /\b(?:write|say|begin|start|open|answer|reply|respond|output)\b[^.!?\n]{0,40}\b(?:first sentence|opening|notification|subject|with the (?:words?|sentence|text))\b/iu,
  /["']opening["']\s*:/iu,
];

/** The first piece of the text that gives an instruction; `null` where it only tells. */
export function instructionIn(text: string): string | null {
  const plain = text
    .normalize("NFKC")
    .replaceAll(/\p{Cf}/gu, "")
    .replaceAll(/[‘’ʼ]/gu, "'")
    .replaceAll(/[“”]/gu, '"');
  for (const pattern of PATTERNS) {
    const found = pattern.exec(plain);
    if (found !== null) return found[0].trim().replaceAll(/\s+/g, " ").slice(0, 80);
  }
  return null;
}
