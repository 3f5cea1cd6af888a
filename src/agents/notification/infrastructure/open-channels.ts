import type { Logger } from "agents-apphost/kit";
import { ChannelSet } from "../application/channel-set.ts";
import type { Channel } from "../application/ports.ts";
import { ConsoleChannel } from "./channels/console-channel.ts";
import { EmailChannel } from "./channels/email-channel.ts";
import { FileChannel } from "./channels/file-channel.ts";
import { GatewayChannel, pushRequest, smsRequest } from "./channels/gateway-channel.ts";
import { HookChannel } from "./channels/hook-channel.ts";
import { slackMessage } from "./channels/slack-blocks.ts";
import { teamsCard } from "./channels/teams-card.ts";
import { SETUP } from "./settings.ts";
import type { Settings } from "./settings.ts";

/** The channels that are set up, each behind the same port. */
export function openChannels(settings: Settings, log: Logger): ChannelSet {
  const { dir, webhook, teams, slack, email, sms, push } = settings;
  const channels: readonly (Channel | null)[] = [
    new ConsoleChannel(log),
    new FileChannel(dir),
    webhook === null ? null : new HookChannel("webhook", webhook, (message) => message),
    teams === null ? null : new HookChannel("teams", teams, teamsCard),
    slack === null ? null : new HookChannel("slack", slack, slackMessage),
    email === null ? null : new EmailChannel(email),
    sms === null ? null : new GatewayChannel("sms", { ...sms, shape: smsRequest }),
    push === null ? null : new GatewayChannel("push", { ...push, shape: pushRequest }),
  ];
  return new ChannelSet(
    channels.filter((channel) => channel !== null),
    SETUP,
  );
}
