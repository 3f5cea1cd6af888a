import { readUserResource, type UserResource } from "../../yaml/user-resources.ts";

/**
 * The Configurations in some files, as they are given by `--config`; variables of the environment are filled in.
 *
 * @throws Error where a file cannot be read
 */
export async function configurations(files: readonly string[]): Promise<readonly UserResource[]> {
  const all = await Promise.all(
    files.map(async (file) => await readUserResource(file, (text) => filled(text, process.env))),
  );
  return all.flat().filter(({ kind }) => kind === "Configuration");
}

/** Go's `os.ExpandEnv`: `$NAME` and `${NAME}`; what is not set is empty. */
function filled(text: string, env: NodeJS.ProcessEnv): string {
  return text.replaceAll(
    /\$(?:\{(\w+)\}|(\w+))/gu,
    (_, braced: string | undefined, plain: string | undefined) => env[braced ?? plain ?? ""] ?? "",
  );
}
