import { StartError } from "agents-apphost/kit";
import { parseRecipient } from "../domain/recipient.ts";
import type { MailServer } from "./channels/email-channel.ts";

/** Ports of mail submission (RFC 8314 §3, RFC 6409). */
const PORTS = { "smtp:": 587, "smtps:": 465 } as const;

/**
 * Reads NOTIFICATION_SMTP_URL (`smtp://user:password@host:587`, or `smtps://` for TLS from the first byte) and
 * NOTIFICATION_MAIL_FROM.
 *
 * @throws StartError that does not tell the password.
 */
export function readMailServer(env: Readonly<Record<string, string | undefined>>): MailServer | null {
  const text = env["NOTIFICATION_SMTP_URL"];
  if (text === undefined || text === "") return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "smtp:" && url.protocol !== "smtps:") || url.hostname === "") {
    throw new StartError(
      "NOTIFICATION_SMTP_URL is no smtp or smtps URL",
      "Set it to smtp://user:password@host:587; other characters than letters, digits and -._~ are percent-encoded.",
    );
  }
  return {
    host: url.hostname.replaceAll(/^\[|\]$/g, ""),
    port: url.port === "" ? PORTS[url.protocol] : Number(url.port),
    secure: url.protocol === "smtps:",
    user: url.username === "" ? null : decodeURIComponent(url.username),
    password: url.password === "" ? null : decodeURIComponent(url.password),
    from: readFrom(env["NOTIFICATION_MAIL_FROM"]),
  };
}

function readFrom(text: string | undefined): string {
  const parsed = text === undefined ? null : parseRecipient(text);
  if (parsed?.ok === true && parsed.recipient.kind === "email") return parsed.recipient.address;
  const found = text === undefined ? "is not set" : `: "${text}" is no e-mail address`;
  throw new StartError(
    `NOTIFICATION_MAIL_FROM ${found}`.replace(" :", ":"),
    "Mail has a sender: set it to an address such as agents@example.org.",
  );
}
