/** The longest path that a file may have, in characters. */
export const MAX_PATH = 500;

/** What is wrong with the path of a file that a diff shall name; null when nothing is. Git takes no other ones either. */
export function pathProblem(path: string): string | null {
  const parts = path.split("/");
  const plain =
    path.isWellFormed() &&
    !/[\p{Cc}\\]/u.test(path) &&
    !/^(?:\/|[A-Za-z]:)/.test(path) &&
    path.length <= MAX_PATH;
  if (!plain || parts.some((part) => part === "" || part === "." || part === ".."))
    return "expected a path below the repository, with forward slashes";
  if (parts.some((part) => /^\.git$/i.test(part))) return "git keeps its own files there";
  return null;
}

/** The places of paths that cannot stand beside the others: the same one again, or below one that is a file. */
export function clashesOf(
  paths: readonly string[],
): readonly { readonly index: number; readonly message: string }[] {
  const seen = new Set<string>();
  const folders = new Set(paths.flatMap((path) => foldersOf(path.normalize())));
  return paths.flatMap((path, index) => {
    const name = path.normalize();
    if (seen.has(name)) return [{ index, message: "this path was given already" }];
    seen.add(name);
    return folders.has(name)
      ? [{ index, message: "another file is below this path: it cannot be a file" }]
      : [];
  });
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
