import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What GitHub was asked. */
export interface AskedOfGithub {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

interface StoredIssue {
  readonly number: number;
  readonly html_url: string;
  readonly state: string;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly { readonly name: string }[];
}

/** A server that answers in the shapes of GitHub's REST API, for the calls that the agent makes. */
export class GithubServer {
  readonly asked: AskedOfGithub[] = [];
  readonly issues: StoredIssue[] = [];
  /** Answers that come before the usual ones. */
  readonly failures: { status: number; headers?: Record<string, string>; body: object }[] = [];
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
        };
        github.asked.push(asked);
        const failure = github.failures.shift();
        const [status, answer] =
          failure === undefined ? github.#answer(asked) : [failure.status, failure.body];
        response.writeHead(status, {
          "content-type": "application/json; charset=utf-8",
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

  #answer({ method, path, body }: AskedOfGithub): readonly [number, object | null] {
    if (method === "POST" && path.endsWith("/dispatches")) return [204, null];
    if (method === "GET") return [200, this.issues.toReversed()];
    const number = method === "POST" ? this.issues.length + 1 : Number(path.split("/").at(-1));
    const issue: StoredIssue = {
      number,
      html_url: `https://github.com/octo/hello/issues/${number}`,
      state: body["state"] === "closed" ? "closed" : "open",
      title: String(body["title"]),
      body: String(body["body"]),
      labels: (body["labels"] as string[]).map((name) => ({ name })),
    };
    this.issues[number - 1] = issue;
    return [method === "POST" ? 201 : 200, issue];
  }
}
