import { request } from "node:http";
import type { ResourceView, RunView } from "../../runtime/model/snapshot.ts";

/** The next useful things to do: both lines work as printed. */
export interface Invitation {
  /** A command that makes something happen; null where none is known. */
  readonly attempt: string | null;
  readonly look: string;
}

/** The agents' own documents are asked for no longer than this. */
const PATIENCE_MS = 1_000;

/** Looks for a command with an example body in the agents' OpenAPI documents: the first agent that has one is enough. */
export async function findInvitation(run: RunView, first: readonly string[]): Promise<Invitation> {
  const agents = run.resources.filter(({ kind, state }) => kind === "agent" && state === "ready");
  const ordered = agents.toSorted((a, b) => rank(first, a.name) - rank(first, b.name));
  for (const agent of ordered.slice(0, 3)) {
    const attempt = await exampleOf(agent);
    if (attempt !== null) return { attempt, look: "agents events -f" };
  }
  return { attempt: null, look: "agents ps" };
}

function rank(first: readonly string[], name: string): number {
  const at = first.indexOf(name);
  return at < 0 ? first.length : at;
}

async function exampleOf({ name, port }: ResourceView): Promise<string | null> {
  if (port === null) return null;
  const path = `/api/${name}/execute`;
  const document = await openApi(port);
  const content = find(document, ["paths", path, "post", "requestBody", "content", "application/json"]);
  const schema = dereferenced(document, find(content, ["schema"]));
  const body = find(content, ["example"]) ?? find(schema, ["examples", "0"]);
  if (body === undefined) return null;
  const data = JSON.stringify(body).replaceAll("'", String.raw`'\''`);
  return `curl -s localhost:${port}${path} -H 'content-type: application/json' -d '${data}'`;
}

/** A schema, or the one in the document's components that it points to. */
function dereferenced(document: unknown, schema: unknown): unknown {
  const reference = find(schema, ["$ref"]);
  return typeof reference === "string" ? find(document, reference.replace(/^#\//, "").split("/")) : schema;
}

function find(value: unknown, path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = Reflect.get(here, key);
  }
  return here;
}

function openApi(port: number): Promise<unknown> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const call = request(
      { host: "127.0.0.1", port, path: "/openapi.json", signal, agent: false },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => (text += chunk));
        answer.on("error", () => resolve(null));
        answer.on("end", () => {
          try {
            resolve(JSON.parse(text));
          } catch {
            resolve(null); // an agent without such a document
          }
        });
      },
    );
    call.on("error", () => resolve(null));
    call.end();
  });
}
