import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a project derives from its agents (OpenAPI documents, say) is made by a script of its own, which is not run unasked. */
export function leftToDo(root: string): readonly string[] {
  return hasScript(root, "generate") ? ["npm run generate"] : [];
}

function hasScript(root: string, name: string): boolean {
  try {
    const { scripts }: { scripts?: Readonly<Record<string, unknown>> } = JSON.parse(
      readFileSync(join(root, "package.json"), "utf8"),
    );
    return typeof scripts?.[name] === "string";
  } catch {
    return false; // no package.json, or none that can be read: there is no script to name
  }
}
