import { FLAGS, type Flag, type FlagKind } from "./flags.ts";
import { goDuration } from "../resources/sidecar/embedded/publish/publish-metadata.ts";

/** What was given on a command line, by flag. */
export interface ParsedFlags {
  /** The last value of a flag; its default where it was not given. */
  text(name: string): string;
  /** All values; commas separate too. */
  list(name: string): readonly string[];
  /** Flags that were given. */
  readonly given: ReadonlySet<string>;
}

/** The words of Go's pflag, which people see from a daprd. */
export class FlagError extends Error {
  override readonly name = "FlagError";
}

/**
 * Reads flags as daprd does: one dash or two, `--flag value` or `--flag=value`; a switch without a value is on; what is no
 * flag counts for nothing, and nothing after `--` is one.
 *
 * @throws FlagError
 */
export function parseFlags(args: readonly string[]): ParsedFlags | "help" {
  const values = new Map<string, string[]>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined && arg !== "--"; arg = rest.shift()) {
    if (!arg.startsWith("-") || arg === "-") continue;
    if (arg === "-h" || arg === "--help" || arg === "-help") return "help";
    const [, name = "", given] = /^--?([^=]*)(?:=(.*))?$/su.exec(arg) ?? [];
    const flag = FLAGS.find((one) => one.name === name);
    if (flag === undefined)
      throw new FlagError(
        name.startsWith("-") || name === "" ? `bad flag syntax: ${arg}` : `unknown flag: --${name}`,
      );
    const value = given ?? (flag.kind === "switch" ? "true" : rest.shift());
    if (value === undefined) throw new FlagError(`flag needs an argument: --${name}`);
    check(flag, value);
    const before = flag.kind === "strings" ? (values.get(name) ?? []) : [];
    values.set(name, [...before, ...(flag.kind === "strings" ? value.split(",") : [value])]);
  }
  return {
    text: (name) => values.get(name)?.at(-1) ?? defaultOf(name),
    list: (name) => (values.get(name) ?? []).filter((one) => one !== ""),
    given: new Set(values.keys()),
  };
}

function defaultOf(name: string): string {
  return FLAGS.find((one) => one.name === name)?.otherwise ?? "";
}

function check({ name, kind }: Flag, value: string): void {
  const why = problem(kind, value);
  if (why !== null)
    throw new FlagError(`invalid argument ${JSON.stringify(value)} for "--${name}" flag: ${why}`);
}

function problem(kind: FlagKind, value: string): string | null {
  const quoted = JSON.stringify(value);
  switch (kind) {
    case "text":
    case "strings":
      return null;
    case "int":
      return /^[+-]?\d+$/u.test(value) ? null : `strconv.ParseInt: parsing ${quoted}: invalid syntax`;
    case "uint":
      return /^\d+$/u.test(value) ? null : `strconv.ParseUint: parsing ${quoted}: invalid syntax`;
    case "switch":
      return isSwitch(value) ? null : `strconv.ParseBool: parsing ${quoted}: invalid syntax`;
    case "duration":
      return goDuration(value) !== null || value === "0" ? null : `time: invalid duration ${quoted}`;
    default:
      return kind satisfies never;
  }
}

function isSwitch(value: string): boolean {
  return /^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/u.test(value);
}

/** Go's `strconv.ParseBool`, of a value that was checked. */
export function isOn(value: string): boolean {
  return /^(?:1|t|T|TRUE|true|True)$/u.test(value);
}
