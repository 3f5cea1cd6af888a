/** A line of the log of a CI system as people see it, without what the system puts around it. */
export interface LogLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
  /** What it belongs to, as the log names it: a step, a section, a stage. */
  readonly step: string | null;
  /** Marked as an error by GitHub Actions or Azure Pipelines. */
  readonly isError: boolean;
}

/** What a person reads of a line, with room: some expressions take the square of what they are given. */
const READ = 2000;

/** `gh run view --log` puts job and step before each line. */
const COLUMNS = /^[^\t]+\t([^\t]+)\t(?=\uFEFF?\d{4}-\d{2}-\d{2}T)/;
/** Times as GitHub, Azure, GitLab (with a stream) and Jenkins write them; the number of a step of `docker build`. */
const BEFORE =
  /^(?:\uFEFF?\d{4}-\d{2}-\d{2}T[\d:.]+Z (?:[\da-f]{2}[OE][+ ]?)?|\[\d{4}-\d{2}-\d{2}T[\d:.]+Z\] |\d{2}:\d{2}:\d{2}(?:\.\d+)? {1,2}|#\d+ (?:\d+\.\d+ )?)/;
// oxlint-disable-next-line no-control-regex -- colours are control characters
const COLOUR = /\u001b\[[0-9;]*[A-Za-z]/g;

/** GitHub Actions and Azure Pipelines: one step after the other. */
const STEP = /^##\[(?:group\]Run |section\]Starting: )(.+)$/;
const ERROR = /^##\[error\](.+)$/;
/** GitLab: `section_start:1716381831:step_script`, also with options in brackets. */
const SECTION = /section_(start|end):\d+:([^[\r\s]+)/g;
/** Jenkins: a stage, or a block without a name. */
const STAGE = /^\[Pipeline\] (?:\{(?: \((.+)\))?|(\}))$/;

/**
 * Reads a log of GitHub Actions, GitLab, Jenkins, CircleCI or Azure Pipelines, or one of none of them: without time stamps
 * and colours, of a progress bar the last state, and with the step that each line belongs to.
 */
export function readLog(log: string): readonly LogLine[] {
  const lines: LogLine[] = [];
  // Sections and stages lie inside of each other, the innermost last; steps follow each other.
  let open: (string | null)[] = [];
  for (const [index, raw] of log.split("\n").entries()) {
    const named = COLUMNS.exec(raw.slice(0, READ));
    for (const [, kind, name] of raw.slice(0, READ).matchAll(SECTION))
      if (kind === "start") open.push(name ?? null);
      else open.pop();
    const text = plain(named === null ? raw : raw.slice(named[0].length));
    const step = named?.[1] ?? STEP.exec(text)?.[1];
    if (step !== undefined) open = [step.trim()];
    const stage = STAGE.exec(text);
    if (stage?.[2] !== undefined) open.pop();
    else if (stage !== null) open.push(stage[1] ?? open.at(-1) ?? null);
    if (STEP.test(text)) continue;
    const error = ERROR.exec(text)?.[1];
    lines.push({
      number: index + 1,
      text: error ?? text,
      step: open.at(-1) ?? null,
      isError: error !== undefined,
    });
  }
  return lines;
}

function plain(raw: string): string {
  const ended = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
  // What stands before a carriage return was written over.
  const last = ended.slice(ended.lastIndexOf("\r") + 1).slice(0, READ);
  return last.replace(BEFORE, "").replace(COLOUR, "");
}
