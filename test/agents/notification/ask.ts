import { asking } from "../../helpers/asking.ts";
import type { RunningAgent } from "../../helpers/running-agent.ts";

/** A request with headers, answered with its own. */
export const ask = asking("notification");

/** The notification of an answered command. */
export function idOf(answer: { readonly body: Record<string, unknown> }): string {
  return (answer.body["result"] as { notificationId: string }).notificationId;
}

/** One channel of an answered notification. */
export interface ChannelView {
  readonly channel: string;
  readonly at: string;
  readonly dueAt: string | null;
  readonly timeline: readonly {
    readonly what: string;
    readonly time: string;
    readonly until: string | null;
  }[];
}

/** Asks for a notification until one of its channels is where it is to be. */
export async function untilChannel(
  agent: RunningAgent,
  id: string,
  channel: string,
  at: string,
): Promise<ChannelView> {
  for (;;) {
    const { body } = await ask(agent, "GET", `/notifications/${id}`);
    const found = (body["channels"] as readonly ChannelView[]).find((each) => each.channel === channel);
    if (found?.at === at) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
