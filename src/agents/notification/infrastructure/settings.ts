import { resolve } from "node:path";
import { StartError } from "agents-apphost/kit";
import { CHANNEL_NAMES } from "../domain/channels.ts";
import { parseRecipient, recipientText } from "../domain/recipient.ts";
import { SMS_SEGMENTS } from "../domain/render.ts";
import type { RetryPolicy } from "../domain/retry.ts";
import type { MailServer } from "./channels/email-channel.ts";
import { readMailServer } from "./mail-setting.ts";
import { readRetry } from "./retry-setting.ts";

/** A gateway, as it is configured. */
export interface GatewaySetting {
  readonly url: URL;
  readonly token: string | null;
}

/** What the environment says about this agent. */
export interface Settings {
  /** Who is told about generated code. */
  readonly recipient: string;
  /** Who is told about escalated tickets. */
  readonly escalationRecipient: string;
  /** Channels that are used when a request names none. */
  readonly channels: readonly string[];
  /** Folder of the file channel. */
  readonly dir: string;
  readonly webhook: URL | null;
  readonly teams: URL | null;
  readonly slack: URL | null;
  readonly email: MailServer | null;
  readonly sms: GatewaySetting | null;
  readonly push: GatewaySetting | null;
  /** Parts of a short message, at most. */
  readonly segments: number;
  readonly retry: RetryPolicy;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What has to be set for each channel that is not there by itself. */
export const SETUP = {
  webhook: "NOTIFICATION_WEBHOOK_URL",
  teams: "NOTIFICATION_TEAMS_URL",
  slack: "NOTIFICATION_SLACK_URL",
  email: "NOTIFICATION_SMTP_URL",
  sms: "NOTIFICATION_SMS_URL",
  push: "NOTIFICATION_PUSH_URL",
} as const;

/**
 * Reads the NOTIFICATION_… variables of `docs/agents/notification.md`.
 *
 * @throws StartError that names the variable, what was found and what was expected.
 */
export function readSettings(env: Environment, cwd: string): Settings {
  const settings = {
    recipient: readRecipient(env, "NOTIFICATION_RECIPIENT", "developers"),
    escalationRecipient: readRecipient(env, "NOTIFICATION_ESCALATION_RECIPIENT", "on-call"),
    dir: resolve(cwd, env["NOTIFICATION_DIR"] ?? ".agents/outbox"),
    webhook: readUrl(env, SETUP.webhook),
    teams: readUrl(env, SETUP.teams),
    slack: readUrl(env, SETUP.slack),
    email: readMailServer(env),
    sms: readGateway(env, SETUP.sms, "NOTIFICATION_SMS_TOKEN"),
    push: readGateway(env, SETUP.push, "NOTIFICATION_PUSH_TOKEN"),
    segments: readSegments(env["NOTIFICATION_SMS_SEGMENTS"]),
    retry: readRetry(env["NOTIFICATION_RETRY"]),
  };
  const { webhook, teams, slack, email, sms, push } = settings;
  const optional = { webhook, teams, slack, email, sms, push };
  const there = [
    "console",
    "file",
    ...Object.entries(optional).flatMap(([name, is]) => (is === null ? [] : [name])),
  ];
  return { ...settings, channels: readChannels(env["NOTIFICATION_CHANNELS"] ?? "console,file", there) };
}

function readRecipient(env: Environment, variable: string, preset: string): string {
  const parsed = parseRecipient(env[variable] ?? preset);
  if (parsed.ok) return recipientText(parsed.recipient);
  throw new StartError(
    `${variable}: ${parsed.problem}`,
    "Set it to an e-mail address, an E.164 number or the name of a group.",
  );
}

function readChannels(text: string, there: readonly string[]): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !there.includes(name));
  if (wrong === undefined) return [...new Set(names)];
  const needs = Object.entries(SETUP).find(([name]) => name === wrong)?.[1];
  const missing = CHANNEL_NAMES.filter((name) => !there.includes(name)).join(", ");
  throw new StartError(
    `NOTIFICATION_CHANNELS: "${wrong}" is no channel; there are ${there.join(", ")}`,
    needs === undefined
      ? `Name some of these, or set up ${missing}.`
      : `The channel ${wrong} needs ${needs}.`,
  );
}

function readGateway(env: Environment, variable: string, token: string): GatewaySetting | null {
  const url = readUrl(env, variable);
  if (url === null) return null;
  const given = env[token] ?? "";
  if (/^[\x21-\x7e]*$/.test(given)) return { url, token: given === "" ? null : given };
  throw new StartError(
    `${token} has characters that no header can have`,
    "It is sent as Authorization: Bearer: visible ASCII characters without blanks.",
  );
}

function readUrl(env: Environment, variable: string): URL | null {
  const text = env[variable];
  if (text === undefined || text === "") return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.username !== "" || url.password !== "")) {
    throw new StartError(
      `${variable} has a user or a password in it`,
      "Gateways take a token: NOTIFICATION_SMS_TOKEN, NOTIFICATION_PUSH_TOKEN.",
    );
  }
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  // The rest of it may be a secret.
  const shown = text.length <= 20 ? text : `${text.slice(0, 20)}…`;
  throw new StartError(
    `${variable}: "${shown}" is no http or https URL`,
    "Set it to a URL such as https://example.org/hook.",
  );
}

function readSegments(text: string | undefined): number {
  const segments = text === undefined || text === "" ? SMS_SEGMENTS : Number(text);
  if (Number.isInteger(segments) && segments >= 1 && segments <= 10) return segments;
  throw new StartError(
    `NOTIFICATION_SMS_SEGMENTS: "${text ?? ""}" is no number from 1 to 10`,
    "It says in how many parts a short message may be sent.",
  );
}
