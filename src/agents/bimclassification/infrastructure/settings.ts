import { resolve } from "node:path";
import { StartError } from "agents-apphost/kit";

/** What the environment says about this agent. */
export interface Settings {
  /** Null: nothing is approved without a person. */
  readonly autoApproveAbove: number | null;
  /** Folder that models may be read from and written to. */
  readonly filesDir: string | null;
  readonly omniClass: { readonly file: string; readonly edition: string } | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads BIMCLASSIFICATION_AUTO_APPROVE_ABOVE (off), BIMCLASSIFICATION_FILES_DIR (none), BIMCLASSIFICATION_OMNICLASS_FILE
 * (none) and BIMCLASSIFICATION_OMNICLASS_EDITION (needed with the file).
 *
 * @throws StartError that names the variable, what was found and what was expected.
 */
export function readSettings(env: Environment, cwd: string): Settings {
  const filesDir = env["BIMCLASSIFICATION_FILES_DIR"] ?? "";
  return {
    autoApproveAbove: readThreshold(env["BIMCLASSIFICATION_AUTO_APPROVE_ABOVE"] ?? ""),
    filesDir: filesDir === "" ? null : resolve(cwd, filesDir),
    omniClass: readOmniClass(env, cwd),
  };
}

function readThreshold(text: string): number | null {
  if (text === "") return null;
  const value = Number(text);
  if (/^[01](?:\.\d+)?$/.test(text) && value >= 0.5 && value < 1) return value;
  throw new StartError(
    `BIMCLASSIFICATION_AUTO_APPROVE_ABOVE: "${text}" is no confidence from 0.5 up to 1`,
    "Set it to a number such as 0.95, or leave it out: then every suggestion waits for a person.",
  );
}

function readOmniClass(env: Environment, cwd: string): Settings["omniClass"] {
  const file = env["BIMCLASSIFICATION_OMNICLASS_FILE"] ?? "";
  if (file === "") return null;
  const edition = env["BIMCLASSIFICATION_OMNICLASS_EDITION"] ?? "";
  if (edition === "")
    throw new StartError(
      "BIMCLASSIFICATION_OMNICLASS_EDITION is not set: a code means nothing without its edition",
      "Set it to the edition of your table, as it is printed on it.",
    );
  return { file: resolve(cwd, file), edition };
}
