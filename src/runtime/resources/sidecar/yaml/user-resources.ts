import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isFields, type Fields } from "../../../journal/fields.ts";

/** One document of the user's own Dapr YAML. */
export interface UserResource {
  /** Absolute path of its file. */
  readonly file: string;
  /** `dapr.io/v1alpha1` and so on; empty where it has none. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Agents that it is for; empty = all. */
  readonly scopes: readonly string[];
  /** `auth.secretStore`; null where it names none. */
  readonly secretStore: string | null;
  readonly spec: Fields;
}

/** What a folder of the user's holds. */
export interface UserResources {
  /** Absolute; null where there is no such folder. */
  readonly folder: string | null;
  readonly resources: readonly UserResource[];
  /** What daprd is going to skip, and why; one sentence each. */
  readonly warnings: readonly string[];
}

/** Reads a folder as daprd does: `*.yaml` and `*.yml`, one level deep, several documents a file. */
export async function readUserResources(folder: string): Promise<UserResources> {
  const names = await namesIn(folder);
  if (names === null) return { folder: null, resources: [], warnings: [] };
  const resources: UserResource[] = [];
  const warnings: string[] = [];
  for (const name of names) {
    const file = join(folder, name);
    const { found, problems } = await readDocuments(file);
    resources.push(...found);
    warnings.push(...problems.map((problem) => `${file}: ${problem}`));
  }
  return { folder, resources, warnings };
}

/**
 * Reads one file, after `fill` has had its text.
 *
 * @throws Error where it cannot be read
 */
export async function readUserResource(
  file: string,
  fill: (text: string) => string,
): Promise<readonly UserResource[]> {
  const { found, problems } = await readTexts(file, fill(await readFile(file, "utf8")));
  const [problem] = problems;
  if (problem !== undefined && found.length === 0) throw new Error(`${file}: ${problem}`);
  return found;
}

/** Those that count for an agent. */
export function resourcesFor(agent: string, { resources }: UserResources): readonly UserResource[] {
  return resources.filter(({ scopes }) => scopes.length === 0 || scopes.includes(agent));
}

async function namesIn(folder: string): Promise<readonly string[] | null> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory() && /\.ya?ml$/iu.test(entry.name));
    return files.map((entry) => entry.name).toSorted();
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return null;
    throw error;
  }
}

/** A file that was there when the folder was listed may be gone by now. */
async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

interface FileContent {
  readonly found: readonly UserResource[];
  readonly problems: readonly string[];
}

async function readDocuments(file: string): Promise<FileContent> {
  return await readTexts(file, await readIfThere(file));
}

async function readTexts(file: string, text: string): Promise<FileContent> {
  const { parseAllDocuments } = await import("yaml");
  const found: UserResource[] = [];
  const problems: string[] = [];
  for (const document of parseAllDocuments(text)) {
    const [error] = document.errors;
    if (error !== undefined) {
      problems.push(`it is left out, as it cannot be read: ${error.message.split("\n", 1)[0] ?? ""}`);
      continue;
    }
    const value: unknown = document.toJS();
    if (value === null) continue;
    const metadata = isFields(value) ? value["metadata"] : null;
    if (
      !isFields(value) ||
      typeof value["kind"] !== "string" ||
      !isFields(metadata) ||
      typeof metadata["name"] !== "string"
    ) {
      problems.push("a document is left out: it has no kind or no metadata.name");
      continue;
    }
    const scopes = Array.isArray(value["scopes"]) ? value["scopes"].map(String) : [];
    const spec = isFields(value["spec"]) ? value["spec"] : {};
    const auth = isFields(value["auth"]) ? value["auth"]["secretStore"] : null;
    found.push({
      file,
      apiVersion: typeof value["apiVersion"] === "string" ? value["apiVersion"] : "",
      kind: value["kind"],
      name: metadata["name"],
      scopes,
      secretStore: typeof auth === "string" && auth !== "" ? auth : null,
      spec,
    });
  }
  // daprd reads the first document alone of a file that it is given as configuration.
  if (found.length > 1 && found.some(({ kind }) => kind === "Configuration")) {
    problems.push("a Configuration needs a file of its own");
  }
  return { found, problems };
}
