import { z } from "zod";
import type { RunningAgent } from "./running-agent.ts";

/** How an agent has answered. */
export interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly body: Record<string, unknown>;
}

type Ask = (
  agent: Pick<RunningAgent, "url">,
  method: string,
  path: string,
  sent?: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
) => Promise<Answer>;

/** Requests with headers to paths below `/api/<name>`. */
export function asking(name: string): Ask {
  return async (agent, method, path, { body, headers = {} } = {}) => {
    const response = await fetch(`${agent.url}/api/${name}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const read = z.record(z.string(), z.unknown()).parse(await response.json());
    return { status: response.status, etag: response.headers.get("etag"), body: read };
  };
}

/** The id, or another text, that a command has answered with. */
export function answered(member: string): (answer: Pick<Answer, "body">) => string {
  const shape = z.object({ result: z.object({ [member]: z.string() }) });
  return ({ body }) => shape.parse(body).result[member] ?? "";
}
