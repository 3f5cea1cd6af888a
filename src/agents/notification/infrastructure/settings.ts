import { resolve } from "node:path";
import { parseRecipient, recipientText } from "../domain/recipient.ts";

/** A variable of the environment that cannot be used; the message names it, what was found and what was expected. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** What the environment says about this agent. */
export interface Settings {
  /** Who is told about generated code. */
  readonly recipient: string;
  /** Channels that are used when a request names none. */
  readonly channels: readonly string[];
  /** Folder of the file channel. */
  readonly dir: string;
  readonly webhook: URL | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads NOTIFICATION_RECIPIENT (developers), NOTIFICATION_CHANNELS (console,file), NOTIFICATION_DIR (.agents/outbox below
 * the working directory) and NOTIFICATION_WEBHOOK_URL (adds the channel webhook).
 *
 * @throws SettingsError that names the variable, what was found and what was expected.
 */
export function readSettings(env: Environment, cwd: string): Settings {
  const webhook = readUrl(env["NOTIFICATION_WEBHOOK_URL"]);
  const known = ["console", "file", ...(webhook === null ? [] : ["webhook"])];
  return {
    recipient: readRecipient(env["NOTIFICATION_RECIPIENT"] ?? "developers"),
    channels: readChannels(env["NOTIFICATION_CHANNELS"] ?? "console,file", known),
    dir: resolve(cwd, env["NOTIFICATION_DIR"] ?? ".agents/outbox"),
    webhook,
  };
}

function readRecipient(text: string): string {
  const parsed = parseRecipient(text);
  if (parsed.ok) return recipientText(parsed.recipient);
  throw new SettingsError(`NOTIFICATION_RECIPIENT: ${parsed.problem}.`);
}

function readChannels(text: string, known: readonly string[]): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !known.includes(name));
  if (wrong === undefined) return [...new Set(names)];
  const hint = wrong === "webhook" ? "; webhook needs NOTIFICATION_WEBHOOK_URL" : "";
  throw new SettingsError(
    `NOTIFICATION_CHANNELS: "${wrong}" is no channel; there are ${known.join(", ")}${hint}.`,
  );
}

function readUrl(text: string | undefined): URL | null {
  if (text === undefined || text === "") return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new SettingsError(`NOTIFICATION_WEBHOOK_URL: "${text}" is no http or https URL.`);
}
