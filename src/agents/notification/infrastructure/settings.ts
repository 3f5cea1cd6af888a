import { resolve } from "node:path";
import { StartError } from "agents-apphost/kit";
import { parseRecipient, recipientText } from "../domain/recipient.ts";

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
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads NOTIFICATION_RECIPIENT (developers), NOTIFICATION_ESCALATION_RECIPIENT (on-call), NOTIFICATION_CHANNELS (console,file), NOTIFICATION_DIR (.agents/outbox below
 * the working directory) and NOTIFICATION_WEBHOOK_URL (adds the channel webhook).
 *
 * @throws StartError that names the variable, what was found and what was expected.
 */
export function readSettings(env: Environment, cwd: string): Settings {
  const webhook = readUrl(env["NOTIFICATION_WEBHOOK_URL"]);
  const known = ["console", "file", ...(webhook === null ? [] : ["webhook"])];
  return {
    recipient: readRecipient(env, "NOTIFICATION_RECIPIENT", "developers"),
    escalationRecipient: readRecipient(env, "NOTIFICATION_ESCALATION_RECIPIENT", "on-call"),
    channels: readChannels(env["NOTIFICATION_CHANNELS"] ?? "console,file", known),
    dir: resolve(cwd, env["NOTIFICATION_DIR"] ?? ".agents/outbox"),
    webhook,
  };
}

function readRecipient(env: Environment, variable: string, preset: string): string {
  const parsed = parseRecipient(env[variable] ?? preset);
  if (parsed.ok) return recipientText(parsed.recipient);
  throw new StartError(
    `${variable}: ${parsed.problem}`,
    "Set it to an e-mail address, an E.164 number or the name of a group.",
  );
}

function readChannels(text: string, known: readonly string[]): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !known.includes(name));
  if (wrong === undefined) return [...new Set(names)];
  throw new StartError(
    `NOTIFICATION_CHANNELS: "${wrong}" is no channel; there are ${known.join(", ")}`,
    wrong === "webhook" ? "The channel webhook needs NOTIFICATION_WEBHOOK_URL." : "Name some of these.",
  );
}

function readUrl(text: string | undefined): URL | null {
  if (text === undefined || text === "") return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new StartError(
    `NOTIFICATION_WEBHOOK_URL: "${text}" is no http or https URL`,
    "Set it to a URL such as https://example.org/hook.",
  );
}
