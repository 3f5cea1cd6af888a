import { invalid } from "agents-apphost/kit";
import type { ClassificationCode } from "../domain/codes/code-table.ts";
import { omniClassOfUniFormat2010 } from "../domain/codes/omniclass-21.ts";
import type { Codes } from "./ports.ts";

/** A code as somebody writes it. */
export interface WrittenCode {
  readonly system: string;
  readonly code: string;
  /** Left out: that of the table. */
  readonly edition?: string | undefined;
}

/** The code of a known table. @throws Problem 422 with what is wrong and what there is. */
export function knownCode(codes: Codes, { system, code, edition }: WrittenCode): ClassificationCode {
  const table = codes.systems.find((each) => each.toLowerCase() === system.trim().toLowerCase());
  if (table === undefined)
    throw refused("system", `there is no table of "${system}" here; there is ${codes.systems.join(", ")}`);
  const found = codes.find(table, code);
  if (found === undefined) {
    const meant = meantBy(codes, table, code.trim().toUpperCase());
    const hint = meant === undefined ? "" : `; did you mean ${meant.code} ${meant.title}?`;
    throw refused("code", `"${code}" is no code of ${table} for an element${hint}`);
  }
  if (edition !== undefined && edition !== found.edition)
    throw refused(
      "edition",
      `the table of ${found.system} is that of ${found.edition}, not of "${edition}"; in another edition the same code has another meaning`,
    );
  return found;
}

/** OmniClass 21 re-spells CSI's UniFormat of 2010, so its codes say which number is meant; they decide nothing. */
function meantBy(codes: Codes, table: string, code: string): ClassificationCode | undefined {
  const respelled = omniClassOfUniFormat2010(code);
  return codes.find(table, code) ?? (respelled === undefined ? undefined : codes.find(table, respelled));
}

function refused(path: string, message: string): Error {
  return invalid(`${path}: ${message}`, [{ path, message }]);
}
