import { answered, asking } from "../../helpers/asking.ts";
import type { RunningAgent } from "../../helpers/running-agent.ts";
import { until } from "../../helpers/system.ts";

/** A request with headers, answered with its own. */
export const ask = asking("notification");

/** The notification of an answered command. */
export const idOf = answered("notificationId");

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
  const seen: ChannelView[] = [];
  await until(`${channel} of ${id} is ${at}`, async () => {
    const { body } = await ask(agent, "GET", `/notifications/${id}`);
    seen.push(...(body["channels"] as readonly ChannelView[]).filter((each) => each.channel === channel));
    return seen.at(-1)?.at === at;
  });
  return seen.at(-1) as ChannelView;
}
