import type { RunningAgent } from "../../helpers/running-agent.ts";

export const LEEDS = {
  title: "Login",
  body: "Nobody in the Leeds office (120 people) can log in since 09:00",
};

/** A request with headers, answered with its own. */
export async function ask(
  agent: RunningAgent,
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<{ status: number; etag: string | null; body: Record<string, unknown> }> {
  const response = await fetch(`${agent.url}/api/servicedesk${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const read = (await response.json()) as Record<string, unknown>;
  return { status: response.status, etag: response.headers.get("etag"), body: read };
}

/** The ticket of an answered command. */
export function idOf(answer: { readonly body: Record<string, unknown> }): string {
  return (answer.body["result"] as { ticketId: string }).ticketId;
}
