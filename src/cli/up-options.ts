import type { Context } from "./context.ts";
import { AgentsError } from "../runtime/model/errors.ts";
import { suggest } from "../runtime/model/config/suggest.ts";
import type { Mode } from "../runtime/plan/mode.ts";
import { MODES } from "../runtime/plan/mode.ts";
import type { LlmMode } from "../runtime/plan/stand-ins.ts";

/** `agents up` as it was typed. */
export interface RawUpOptions {
  readonly detach?: true;
  readonly waitTimeout: string;
  readonly watch: boolean;
  readonly isolated?: true;
  readonly ui: "auto" | "plain" | "json" | "none";
  readonly llm?: string;
  readonly mode?: string;
}

/** What `agents up` was asked for, checked. */
export interface UpOptions {
  readonly context: Context;
  /** Names to start; none = all. */
  readonly agents: readonly string[];
  readonly detach: boolean;
  readonly waitTimeoutMs: number;
  readonly watch: boolean;
  readonly isolated: boolean;
  readonly ui: "auto" | "plain" | "json" | "none";
  /** Null: live where a model answers, else sample. */
  readonly llm: LlmMode | null;
  /** Null: `auto`, with what was chosen before. */
  readonly mode: Mode | null;
}

/** Checks what was typed. Choices that belong to the product but do not exist yet are told apart from typos. */
export function parseUpOptions(agents: readonly string[], options: RawUpOptions): Omit<UpOptions, "context"> {
  return {
    agents,
    detach: options.detach === true,
    waitTimeoutMs: seconds("--wait-timeout", options.waitTimeout) * 1000,
    watch: options.watch,
    isolated: options.isolated === true,
    ui: options.ui,
    llm: options.llm === undefined ? null : choice<LlmMode>("up", "--llm", options.llm, LLM_MODES),
    mode: options.mode === undefined ? null : choice<Mode>("up", "--mode", options.mode, MODES),
  };
}

const LLM_MODES: readonly LlmMode[] = ["live", "record", "replay", "sample"];

/** A number of seconds, fractions included. */
export function seconds(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 86_400) return value;
  throw new AgentsError(
    "AGENTS_USAGE",
    `${option} is ${JSON.stringify(text)}: expected a number of seconds.`,
    {
      path: option,
      expected: "seconds, from 0 to 86400",
      found: JSON.stringify(text),
      hint: `For example: ${option} 30`,
    },
  );
}

export function choice<T extends string>(
  command: string,
  option: string,
  text: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((value) => value === text);
  if (found !== undefined) return found;
  const details = { path: option, expected: allowed.join(", "), found: JSON.stringify(text) };
  const guess = suggest(text, allowed);
  throw new AgentsError("AGENTS_USAGE", `${option} is ${JSON.stringify(text)}: expected ${oneOf(allowed)}.`, {
    ...details,
    hint: guess === null ? `See: agents ${command} --help` : `Did you mean ${option} ${guess}?`,
  });
}

/** `a, b or c`. */
function oneOf(values: readonly string[]): string {
  return [values.slice(0, -1).join(", "), ...values.slice(-1)].filter((part) => part !== "").join(" or ");
}
