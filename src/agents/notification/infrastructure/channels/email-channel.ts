import type { Channel, OutgoingMessage, SendResult } from "../../application/ports.ts";
import { enhancedCodeForSmtp } from "../../domain/smtp-reply.ts";

/** Each step of a conversation with a server. */
const STEP_MS = 10_000;
/** All of it; shorter than an attempt may take before somebody else takes it up. */
const WHOLE_MS = 45_000;

/** Where mail is handed in, and from whom it is. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS where the server offers it. */
  readonly secure: boolean;
  readonly user: string | null;
  readonly password: string | null;
  readonly from: string;
}

/**
 * Hands notifications to an SMTP server. The notification's id is the Message-ID, by which mailboxes know a repetition, and
 * the envelope id (RFC 3461), with which a report of a server comes back.
 */
export class EmailChannel implements Channel {
  readonly name = "email";
  readonly #server: MailServer;

  constructor(server: MailServer) {
    this.#server = server;
  }

  async send(message: OutgoingMessage, signal: AbortSignal): Promise<SendResult> {
    const { host, port, secure, user, password, from } = this.#server;
    // It is large: the first mail pays for it, not the start.
    const { createTransport } = await import("nodemailer");
    const transport = createTransport({
      host,
      port,
      secure,
      ...(user === null ? {} : { auth: { user, pass: password ?? "" } }),
      // A password does not leave this machine in the open.
      requireTLS: user !== null && !isLoopback(host),
      connectionTimeout: STEP_MS,
      greetingTimeout: STEP_MS,
      dnsTimeout: STEP_MS,
      socketTimeout: 2 * STEP_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const messageId = `${message.id}@${from.slice(from.lastIndexOf("@") + 1)}`;
    try {
      const sent = transport.sendMail({
        messageId: `<${messageId}>`,
        from: { name: "", address: from },
        to: { name: "", address: message.address },
        subject: message.subject,
        text: message.body,
        priority: message.priority,
        // RFC 3834 §5: nobody's holiday is answered to a machine.
        headers: { "Auto-Submitted": "auto-generated", "X-Correlation-ID": message.correlationId },
        dsn: {
          id: message.id,
          return: "headers",
          notify: ["failure", "delay"],
          recipient: `rfc822;${message.address}`,
        },
      });
      const { response } = await within(sent, signal);
      return { code: accepted(response), detail: response, messageId };
    } catch (error) {
      if (signal.aborted) throw error;
      return refusal(error);
    } finally {
      transport.close();
    }
  }
}

/** The library cannot be interrupted: it is not waited for any longer. */
async function within<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const stop = AbortSignal.any([signal, AbortSignal.timeout(WHOLE_MS)]);
  const abort = (): void => reject(stop.reason);
  if (stop.aborted) abort();
  stop.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, ended]);
  } finally {
    stop.removeEventListener("abort", abort);
  }
}

function accepted(response: string): string {
  return /^2\d\d[ -](2\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] ?? "2.0.0";
}

function refusal(error: unknown): SendResult {
  const detail = error instanceof Error ? error.message : String(error);
  const code = textOf(error, "code");
  const replyCode = numberOf(error, "responseCode");
  const reply = { replyCode, text: textOf(error, "response") ?? "", command: textOf(error, "command") };
  if (replyCode !== null) return { code: enhancedCodeForSmtp(reply), detail };
  // RFC 3463 §3.8: 5.7.5 cryptographic failure, a certificate that is not believed; waiting does not mend it.
  if (/certificate|self.signed|CERT_/iu.test(`${code ?? ""} ${detail}`)) return { code: "5.7.5", detail };
  // No TLS where there must be, no way to log in: 5.7.0. Nobody of that name: 4.4.3, a directory that does not answer.
  if (code === "ETLS" || code === "EAUTH" || code === "ENOAUTH") return { code: "5.7.0", detail };
  return { code: code === "EDNS" ? "4.4.3" : "4.4.1", detail };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function textOf(error: unknown, member: string): string | null {
  const value: unknown = error instanceof Error ? Reflect.get(error, member) : undefined;
  return typeof value === "string" ? value : null;
}

function numberOf(error: unknown, member: string): number | null {
  const value: unknown = error instanceof Error ? Reflect.get(error, member) : undefined;
  return typeof value === "number" ? value : null;
}
