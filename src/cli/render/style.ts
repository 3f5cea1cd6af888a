/** Colours carry meaning once, and never alone: every word is understood without them. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly busy: Paint;
  readonly name: Paint;
  /** One of six colours, the same for the same text: tells resources apart. */
  readonly tag: (text: string, of?: string) => string;
}

export type Paint = (text: string) => string;

const sgr =
  (open: number, close: number): Paint =>
  (text) =>
    text === "" ? "" : `\u001B[${open}m${text}\u001B[${close}m`;
const plain: Paint = (text) => text;

const PLAIN: Style = {
  bold: plain,
  dim: plain,
  good: plain,
  bad: plain,
  busy: plain,
  name: plain,
  tag: plain,
};

const TAGS = [36, 35, 34, 32, 33, 94].map((code) => sgr(code, 39));

const COLOURED: Style = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  good: sgr(32, 39),
  bad: sgr(31, 39),
  busy: sgr(33, 39),
  name: sgr(36, 39),
  tag: (text, of = text) => (TAGS[hash(of) % TAGS.length] ?? plain)(text),
};

/** The style for a stream. `NO_COLOR` and `FORCE_COLOR` as on no-color.org and force-color.org. */
export function styleFor(isTerminal: boolean, wanted: boolean, env: NodeJS.ProcessEnv): Style {
  if (!wanted || isSet(env["NO_COLOR"])) return PLAIN;
  if (isSet(env["FORCE_COLOR"]) && env["FORCE_COLOR"] !== "0") return COLOURED;
  return isTerminal && env["TERM"] !== "dumb" && env["FORCE_COLOR"] !== "0" ? COLOURED : PLAIN;
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "";

function hash(text: string): number {
  let value = 0;
  for (const character of text) value = (value * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return value;
}
