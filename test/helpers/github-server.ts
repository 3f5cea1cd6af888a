import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Test } from "tap";

/** Path in the repository → content. */
export type RepositoryFiles = Readonly<Record<string, string>>;

/** What goes wrong at the next questions. */
export interface Trouble {
  readonly status: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Only for questions whose path has this. */
  readonly for?: string;
  /** So often; left out: until it is taken back. */
  readonly times?: number;
}

/** A repository on a server that speaks GitHub's REST API: commits, trees and blobs, ETags, limits. */
export interface GithubServer {
  readonly api: string;
  readonly repo: string;
  /** Every question so far: `GET /commits/main 304`. */
  readonly asked: string[];
  /** Authorization headers that came. */
  readonly tokens: Set<string>;
  /** Makes a commit, and moves a branch or tag to it. */
  commit(files: RepositoryFiles, ref?: string): string;
  /** From now on; null: nothing. */
  trouble(trouble: Trouble | null): void;
  /** Recursive trees are cut off. */
  truncate(): void;
  /** A blob's content is another one than its id says. */
  falsify(): void;
  /** Nobody listens any more. */
  close(): Promise<void>;
  /** Somebody does again, on the same port. */
  open(): Promise<void>;
}

interface Tree {
  readonly path: string;
  readonly mode: string;
  readonly type: "blob" | "tree";
  readonly sha: string;
}

const sha1 = (text: string | Buffer): string => createHash("sha1").update(text).digest("hex");

export async function githubServer(
  t: Test,
  { token = null }: { readonly token?: string | null } = {},
): Promise<GithubServer> {
  const repo = "my-org/prompts";
  const blobs = new Map<string, string>();
  const trees = new Map<string, readonly Tree[]>();
  /** Commit → its tree. */
  const commits = new Map<string, string>();
  const refs = new Map<string, string>();
  const asked: string[] = [];
  const tokens = new Set<string>();
  let trouble: Trouble | null = null;
  let [truncated, false_] = [false, false];

  const blobOf = (content: string): string => {
    const id = sha1(`blob ${Buffer.byteLength(content)}\0${content}`);
    blobs.set(id, content);
    return id;
  };
  const treeOf = (files: RepositoryFiles): string => {
    const names = [...new Set(Object.keys(files).map((path) => path.split("/")[0] ?? ""))].toSorted();
    const entries = names.map((name): Tree => {
      const own = files[name];
      // A link is a blob with another mode; what it leads to is its content.
      if (own?.startsWith("→"))
        return { path: name, mode: "120000", type: "blob", sha: blobOf(own.slice(1)) };
      if (own !== undefined) return { path: name, mode: "100644", type: "blob", sha: blobOf(own) };
      const below = Object.entries(files).flatMap(([path, content]) =>
        path.startsWith(`${name}/`) ? [[path.slice(name.length + 1), content] as const] : [],
      );
      return { path: name, mode: "040000", type: "tree", sha: treeOf(Object.fromEntries(below)) };
    });
    const id = sha1(JSON.stringify(entries));
    trees.set(id, entries);
    return id;
  };
  const flat = (id: string, before = ""): readonly Tree[] =>
    (trees.get(id) ?? []).flatMap((entry) => {
      const path = `${before}${entry.path}`;
      return [{ ...entry, path }, ...(entry.type === "tree" ? flat(entry.sha, `${path}/`) : [])];
    });

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
    const path = decodeURIComponent(pathname).replace(`/api/v3/repos/${repo}`, "");
    const end = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      asked.push(`${path}${searchParams.has("recursive") ? " recursive" : ""} ${status}`);
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(status === 304 ? "" : typeof body === "string" ? body : JSON.stringify(body));
    };
    const { authorization } = request.headers;
    if (authorization !== undefined) tokens.add(authorization);
    if (trouble !== null && (trouble.for === undefined || path.includes(trouble.for))) {
      const { status, message = "trouble", headers = {}, times } = trouble;
      if (times !== undefined) trouble = times > 1 ? { ...trouble, times: times - 1 } : null;
      return end(status, { message }, { ...headers });
    }
    if (authorization !== undefined && authorization !== `Bearer ${token}`)
      return end(401, { message: "Bad credentials" });
    if (!pathname.startsWith(`/api/v3/repos/${repo}/`) || (token !== null && authorization === undefined))
      return end(404, { message: "Not Found" });
    const [, kind = "", ...rest] = path.split("/");
    if (kind === "commits") {
      const ref = rest.join("/");
      const commit = refs.get(ref) ?? (commits.has(ref) ? ref : undefined);
      if (commit === undefined) return end(422, { message: `No commit found for SHA: ${ref}` });
      if (request.headers.accept !== "application/vnd.github.sha") return end(415, { message: "media type" });
      const etag = `W/"${commit}"`;
      return request.headers["if-none-match"] === etag
        ? end(304, "", { etag })
        : end(200, commit, { etag, "content-type": "application/vnd.github.sha" });
    }
    const [what = "", id = ""] = rest;
    if (kind === "git" && what === "trees") {
      const tree = commits.get(id) ?? id;
      if (!trees.has(tree)) return end(404, { message: "Not Found" });
      const isRecursive = searchParams.has("recursive");
      const all = isRecursive ? flat(tree) : (trees.get(tree) ?? []);
      const isCut = isRecursive && truncated;
      return end(200, { sha: tree, truncated: isCut, tree: isCut ? all.slice(0, 1) : all });
    }
    const content = kind === "git" && what === "blobs" ? blobs.get(id) : undefined;
    if (content === undefined) return end(404, { message: "Not Found" });
    const told = false_ ? `${content}# not what was asked for\n` : content;
    // As GitHub does: base64 in lines.
    const lines = Buffer.from(told).toString("base64").replaceAll(/.{60}/g, "$&\n");
    return end(200, { sha: id, encoding: "base64", content: lines, size: content.length });
  }

  const server = createServer(answer);
  const listen = async (port: number): Promise<void> => {
    await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  };
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((closed) => server.close(() => closed()));
  };
  await listen(0);
  t.teardown(close);
  const { port } = server.address() as AddressInfo;
  return {
    api: `http://127.0.0.1:${port}/api/v3`,
    repo,
    asked,
    tokens,
    commit: (files, ref = "main") => {
      const tree = treeOf(files);
      const commit = sha1(`commit ${tree} ${commits.size}`);
      commits.set(commit, tree);
      refs.set(ref, commit);
      return commit;
    },
    trouble: (next) => (trouble = next),
    truncate: () => (truncated = true),
    falsify: () => (false_ = true),
    close,
    open: async () => await listen(port),
  };
}
