/** A few words at most: within a sentence, but over a line that was only wrapped. */
function within(most: number): string {
  return String.raw`(?:[^.!?\n]|\n(?![ \t]*(?:\n|[-*•]|\d+[.)]))){0,${most}}?`;
}

const LEAVE = String.raw`(?:ignore|disregard|forget|override|overrule|bypass|skip|(?:do not|don't|never|stop)\s+(?:follow|apply|obey)(?:ing)?|pay no attention to)`;
const RULES = String.raw`rules?|instructions?|prompts?|polic(?:y|ies)|guidelines?|guardrails?|messages?\s+above`;
/** "skip all tests" is everyday life; "ignore everything above" and "forget all that" are not. */
const ALL = String.raw`(?:everything|anything|all)(?=[ \t]*(?:[.!,;:\n]|$|(?:and|that|this|of|above|before|previous|prior|earlier|else|you|i|we|said)\b))`;

/** What sets the rules aside, in other languages: the verb, and what a model was told, in either order. */
const ELSEWHERE: readonly (readonly [leave: string, told: string])[] = [
  [
    "ignorier(?:e|en|t)|missachten?|vergiss|vergessen sie|befolge nicht",
    "regeln?|anweisung(?:en)?|vorgaben?|richtlinien?|alles (?:vorherige|bisherige|obige)",
  ],
  [
    "ignore[zrs]?|oublie[zrs]?|neglige[zr]?",
    "regles?|instructions?|consignes?|directives?|tout ce qui precede",
  ],
  ["ignor[ae]r?|olvid[ae]r?|omit[ae]r?", "reglas?|instruccion(?:es)?|normas?|todo lo anterior"],
  ["ignor(?:a|are|ate|i)|dimentica(?:re|te)?", "regol[ae]|istruzion[ei]|direttiv[ae]"],
  ["ignor(?:e|ar|em)|esqueca|esquecer|desconsidere", "regras?|instruc(?:ao|oes)|diretrizes"],
  ["negeer|negeren|vergeet", "regels?|instructies?|richtlijnen"],
];

/** Orders to set aside what a model was told. */
export function overriding(rules: readonly string[]): readonly RegExp[] {
  const what = [RULES, ...rules].join("|");
  return [
    new RegExp(String.raw`\b${LEAVE}\b${within(50)}\b(?:(?:${what})\b|${ALL})`),
    ...ELSEWHERE.flatMap(([leave, told]) => [
      new RegExp(String.raw`\b(?:${leave})\b${within(40)}\b(?:${told})\b`),
      new RegExp(String.raw`\b(?:${told})\b${within(25)}\b(?:${leave})\b`),
    ]),
    new RegExp(String.raw`\bnew (?:rules?|instructions?|polic(?:y|ies))\b[^.!?\n]{0,20}[:=]`),
  ];
}

/** What makes a sentence of a line, as against the value of a field ("System: SAP ERP 6.0"). */
const SENTENCE = String.raw`\b(?:you|your|this|is|are|be|will|must|shall|should|always|never|do|ignore|answer|reply|respond|say|write|set|mark|treat|approve)\b|\p{L}+(?:[ \t]+\p{L}+){3}`;

/** Words that take a model for the one who reads, or a text for one of its messages. */
export function addressing(roles: readonly string[]): readonly RegExp[] {
  const who = ["assistant", "model", "ai", "bot", "chatbot", "agent", "llm", ...roles].join("|");
  return [
    new RegExp(String.raw`\byou are (?:now )?(?:an?|the|no longer)\b${within(40)}\b(?:${who})\b`),
    /\b(?:act|behave) as (?:if you were )?an? [^.!?\n]{0,40}\b(?:assistant|ai|bot|chatbot|llm)\b/,
    /\bif you are an? (?:ai|llm|bot|chatbot|(?:large )?language model)\b/,
    /\b(?:note|message|attention|dear|hey|hello|instructions?)[ \t,:]+(?:(?:to|for|all|any|the)[ \t]+)*(?:ai|llms?|(?:large )?language models?|chatbots?)\b/,
    /\b(?:system|developer)\s+(?:prompt|message)\b/,
    /\b(?:reveal|print|repeat|show|output)\s+(?:me\s+)?your\s+(?:instructions|prompt|rules)\b/,
    /(?:^|\n)[ \t#>*]*assistant[ \t*]*:/,
    new RegExp(String.raw`(?:^|\n)[ \t#>*]*(?:system|developer)[ \t*]*:(?=[^\n]*(?:${SENTENCE}))`),
    /<\|[a-z_]+\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|instructions?)>/,
  ];
}
