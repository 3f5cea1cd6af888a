import { classOfEnhancedCode } from "./delivery-status.ts";

/** How an SMTP server refused: its reply code, its text, and the command that it answered; of all of it what there is. */
export type SmtpReply = {
  readonly replyCode: number | null;
  readonly text: string;
  /** "RCPT TO", "DATA", "AUTH" … */
  readonly command: string | null;
};

/** For servers without enhanced codes (RFC 5321 §4.2.3, RFC 4954 §6, RFC 7504), as near as RFC 3463 has it. */
const PLAIN: Readonly<Record<number, string>> = {
  421: "4.3.2",
  450: "4.2.0",
  451: "4.3.0",
  452: "4.3.1",
  454: "4.7.0",
  455: "4.5.4",
  521: "5.3.2",
  530: "5.7.0",
  535: "5.7.8",
  551: "5.1.6",
  552: "5.2.2",
  553: "5.1.3",
  554: "5.0.0",
  556: "5.1.10",
};

/** Words of a refusal that is about who sends: a block list, a relay that is not open, a policy. */
const POLICY =
  /\b(?:blocked|block ?list\w*|black ?list\w*|spam\w*|dnsbl|rbl|relay\w*|rcpthosts|polic(?:y|ies)|reputation|spf|dkim|dmarc|access denied)\b/iu;

/**
 * The enhanced code of a refusal: the server's own where its class is that of the reply code (RFC 2034 §4), else the
 * nearest. A plain 550 is a bad mailbox only in answer to a recipient, and where it names no policy (RFC 5321 §4.2.3 knows
 * both). Without any reply the connection failed: 4.4.1, "no answer from host".
 */
export function enhancedCodeForSmtp({ replyCode, text, command }: SmtpReply): string {
  if (replyCode === null) return "4.4.1";
  const own = /^\s*(?:\d{3}[ -])?\s*([245]\.\d{1,3}\.\d{1,3})\b/.exec(text)?.[1];
  if (own !== undefined && own[0] === String(replyCode)[0] && classOfEnhancedCode(own) !== undefined)
    return own;
  if ((replyCode === 550 || replyCode === 553) && POLICY.test(text)) return "5.7.1";
  if (replyCode === 550) return command?.toUpperCase().startsWith("RCPT") === true ? "5.1.1" : "5.7.1";
  return PLAIN[replyCode] ?? (replyCode >= 500 ? "5.0.0" : "4.0.0");
}
