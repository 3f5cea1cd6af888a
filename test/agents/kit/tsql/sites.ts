import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { statementsFile } from "../../../helpers/running-agent.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** A call that sends a statement; the transaction around a unit of work is none. */
const SENDS = /(?<!transaction\(\))\.execute(?:TakeFirst(?:OrThrow)?)?\(/;

/** Every line below a folder of `src/agents` that sends a statement. */
export function sitesIn(folder: string): readonly string[] {
  return globSync(`src/agents/${folder}/**/*.ts`, { cwd: ROOT })
    .toSorted()
    .filter((file) => !file.includes("/sqlserver/"))
    .flatMap((file) => {
      const text = readFileSync(`${ROOT}${file}`, "utf8");
      if (!/\b(?:selectFrom|insertInto|updateTable|deleteFrom|mergeInto|createTable|sql)\b/.test(text))
        return [];
      const lines = text.split("\n");
      return lines.flatMap((line, index) => (SENDS.test(line) ? [`${file}:${index + 1}`] : []));
    });
}

const seen = z.object({ site: z.string().nullable(), sql: z.string(), problem: z.string().nullable() });

/** What {@link observeStatements} has written in the process of an agent. */
function readSeen(file: string): readonly z.infer<typeof seen>[] {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => seen.parse(JSON.parse(line)));
}

/** Lines of an agent that send a statement and that no agent of this test file has run; each one that ran was checked. */
export function statementsNotSeen(agent: string): readonly string[] {
  const sites = new Set(readSeen(statementsFile()).map(({ site }) => site));
  return sitesIn(agent).filter((site) => !sites.has(site));
}
