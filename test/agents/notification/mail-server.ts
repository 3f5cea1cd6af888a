import { once } from "node:events";
import { SMTPServer } from "smtp-server";

/** A mail as the server took it in. */
export interface Mail {
  readonly from: string;
  readonly to: string;
  /** RFC 3461: the envelope id that the sender gave. */
  readonly envelopeId: string | null;
  /** All of it, headers first. */
  readonly text: string;
  readonly user: string | null;
  readonly secure: boolean;
}

/** A reply that refuses: "452 4.2.2 Mailbox full". */
export type Refusal = string;

/** How a server differs from one that takes everything from everybody. */
export interface MailServerOptions {
  /** What it says to a recipient; null where it takes the mail. */
  readonly recipient?: (address: string, attempt: number) => Refusal | null;
  readonly password?: string;
  /** True: it offers STARTTLS, with a certificate that nobody has signed. */
  readonly tls?: boolean;
}

/** A real SMTP server on this machine. */
export class MailServer {
  readonly mails: Mail[] = [];
  url = "";
  readonly #attempts = new Map<string, number>();
  #waiting: (() => void)[] = [];

  static async start(
    t: { teardown(work: () => Promise<void>): void },
    { recipient = () => null, password, tls = false }: MailServerOptions = {},
  ): Promise<MailServer> {
    const mailServer = new MailServer();
    const server = new SMTPServer({
      hideSTARTTLS: !tls,
      hideDSN: false,
      allowInsecureAuth: true,
      authOptional: password === undefined,
      disableReverseLookup: true,
      onAuth: (auth, _session, callback) => {
        if (auth.password === password) callback(null, { user: auth.username ?? "" });
        else callback(refusal("535 5.7.8 Authentication credentials invalid"));
      },
      onRcptTo: ({ address }, _session, callback) => {
        const attempt = (mailServer.#attempts.get(address) ?? 0) + 1;
        mailServer.#attempts.set(address, attempt);
        const said = recipient(address, attempt);
        if (said === null) callback();
        else callback(refusal(said));
      },
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          const { mailFrom, rcptTo, dsn } = session.envelope;
          mailServer.#note({
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map((each) => each.address).join(", "),
            envelopeId: dsn?.envid ?? null,
            text: Buffer.concat(chunks).toString(),
            user: typeof session.user === "string" ? session.user : null,
            secure: session.secure,
          });
          callback(null, "2.0.0 taken");
        });
      },
    });
    // A connection that is broken off is the tests' business, not an error of the process.
    server.on("error", () => undefined);
    server.listen(0, "127.0.0.1");
    await once(server.server, "listening");
    const address = server.server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    mailServer.url = `smtp://127.0.0.1:${address.port}`;
    t.teardown(async () => {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    });
    return mailServer;
  }

  /** How often somebody has tried to send to an address. */
  attempts(address: string): number {
    return this.#attempts.get(address) ?? 0;
  }

  /** The mail of that number, counted from 1, once it is there. */
  async mail(number: number): Promise<Mail> {
    for (;;) {
      const found = this.mails[number - 1];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #note(mail: Mail): void {
    this.mails.push(mail);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

function refusal(said: Refusal): Error {
  return Object.assign(new Error(said.slice(4)), { responseCode: Number(said.slice(0, 3)) });
}
