import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { issueShape } from "./github-shapes.ts";
import type { IssueShape } from "./github-shapes.ts";

/** What GitHub was asked. */
export interface AskedOfGithub {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** A server that answers in the shapes of GitHub's REST API, for the calls that the agent makes. */
export class GithubServer {
  readonly asked: AskedOfGithub[] = [];
  readonly issues: IssueShape[] = [];
  readonly runs: object[] = [];
  /** Answers that come before the usual ones. */
  readonly failures: { status: number; headers?: Readonly<Record<string, string>>; body: object }[] = [];
  url = "";

  static async start(t: { teardown(work: () => void): void }): Promise<GithubServer> {
    const github = new GithubServer();
    const server = createServer((request, response) => {
      let text = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      request.on("end", () => {
        const body: unknown = text === "" ? {} : JSON.parse(text);
        const { method = "", url = "" } = request;
        const asked = {
          method,
          path: url,
          authorization: request.headers.authorization,
          body: body as AskedOfGithub["body"],
          at: new Date().toISOString(),
        };
        github.asked.push(asked);
        const failure = github.failures.shift();
        const [status, answer, link] =
          failure === undefined ? github.#answer(asked) : [failure.status, failure.body];
        response.writeHead(status, {
          "content-type": "application/json; charset=utf-8",
          ...(link === undefined ? {} : { link }),
          ...failure?.headers,
        });
        response.end(answer === null ? undefined : JSON.stringify(answer));
      });
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    t.teardown(() => {
      server.closeAllConnections();
      server.close();
    });
    github.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return github;
  }

  #answer({ method, path, body }: AskedOfGithub): readonly [number, object | null, string?] {
    if (method === "POST" && path.endsWith("/dispatches")) return [204, null];
    if (method === "GET") return this.#list(new URL(path, this.url));
    const number = method === "POST" ? this.issues.length + 1 : Number(path.split("/").at(-1));
    const before = this.issues[number - 1];
    const change = body as Partial<Parameters<typeof issueShape>[1]>;
    const issue = issueShape(number, {
      state: change.state ?? before?.state ?? "open",
      title: change.title ?? before?.title ?? "",
      body: change.body ?? before?.body ?? "",
      labels: change.labels ?? before?.labels.map(({ name }) => name) ?? [],
    });
    this.issues[number - 1] = issue;
    return [method === "POST" ? 201 : 200, issue];
  }

  /** The newest first, in pages, with the links that GitHub gives. */
  #list(url: URL): readonly [number, object, string?] {
    const [size, page] = ["per_page", "page"].map((name) => Number(url.searchParams.get(name) ?? 1));
    const isRuns = url.pathname.endsWith("/actions/runs");
    const until = url.searchParams.get("created")?.replace("<=", "") ?? "9";
    const all = (isRuns ? this.runs : this.issues)
      .filter((each) => !("created_at" in each) || String(each.created_at) <= until)
      .toReversed();
    const [from, to] = [((page ?? 1) - 1) * (size ?? 1), (page ?? 1) * (size ?? 1)];
    const shown = all.slice(from, to);
    const link = (target: number, rel: string) => {
      url.searchParams.set("page", String(target));
      return `<${url.href}>; rel="${rel}"`;
    };
    const links = [
      ...((page ?? 1) > 1 ? [link((page ?? 1) - 1, "prev")] : []),
      ...(to < all.length
        ? [link((page ?? 1) + 1, "next"), link(Math.ceil(all.length / (size ?? 1)), "last")]
        : []),
    ];
    const body = isRuns ? { total_count: all.length, workflow_runs: shown } : shown;
    return links.length === 0 ? [200, body] : [200, body, links.join(", ")];
  }
}
