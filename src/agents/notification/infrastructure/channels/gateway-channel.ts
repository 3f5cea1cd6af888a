import { z } from "zod";
import type { Channel, OutgoingMessage, SendResult } from "../../application/ports.ts";
import { classOfEnhancedCode } from "../../domain/delivery-status.ts";
import { postJson } from "./post-json.ts";

/** Where a gateway is, and what it is told. */
export interface Gateway {
  readonly url: URL;
  readonly token: string | null;
  readonly shape: (message: OutgoingMessage) => unknown;
}

/**
 * What of a gateway's answer is read: its id of the message, and its own word on how it went. Each by itself: an id that is a
 * number, or a detail that is too long, is no reason not to know the rest.
 */
const answered = z.object({
  messageId: z
    .union([z.string().min(1).max(255), z.int().transform(String)])
    .optional()
    .catch(undefined),
  code: z.string().optional().catch(undefined),
  detail: z.string().max(1000).optional().catch(undefined),
});

/**
 * POSTs to a gateway that sends short messages or pushes. A gateway may answer with `{ messageId, code, detail }`: the id is
 * what its receipts come with, the code (RFC 3463) says more than its HTTP status can, such as 5.1.1 for a number that
 * nobody has.
 */
export class GatewayChannel implements Channel {
  readonly name: string;
  readonly #gateway: Gateway;

  constructor(name: string, gateway: Gateway) {
    this.name = name;
    this.#gateway = gateway;
  }

  async send(message: OutgoingMessage, signal: AbortSignal): Promise<SendResult> {
    const { url, token, shape } = this.#gateway;
    const { answer, ...result } = await postJson({
      url,
      token,
      key: message.id,
      body: shape(message),
      signal,
    });
    const said = readAnswer(answer);
    const own = said.code === undefined ? undefined : classOfEnhancedCode(said.code);
    const status = classOfEnhancedCode(result.code);
    // A 200 may say no more than that the request was read; a status of failure is not talked away, nor made worse.
    const counts = own !== undefined && (own === status || status === "success");
    const code = counts ? (said.code ?? result.code) : result.code;
    return { ...result, code, detail: said.detail ?? result.detail, messageId: said.messageId ?? null };
  }
}

function readAnswer(text: string): z.infer<typeof answered> {
  try {
    return answered.parse(JSON.parse(text));
  } catch {
    // An answer in another form says nothing; the HTTP status does.
    return {};
  }
}

/** What an SMS gateway is told. */
export function smsRequest({ id, address, sms, priority, correlationId }: OutgoingMessage): unknown {
  return { id, to: address, ...sms, priority, correlationId };
}

/** A push is a line and a few more: what is longer is read elsewhere. */
const PUSH_BODY = 1000;

/** What a push gateway is told. */
export function pushRequest({
  id,
  address,
  subject,
  body,
  priority,
  correlationId,
}: OutgoingMessage): unknown {
  const characters = Array.from(body);
  const short = characters.length <= PUSH_BODY ? body : `${characters.slice(0, PUSH_BODY - 1).join("")}…`;
  return {
    id,
    to: address,
    title: subject,
    body: short,
    priority,
    data: { notificationId: id, correlationId },
  };
}
