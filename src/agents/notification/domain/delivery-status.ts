/**
 * What an attempt's answer means for the next one. Mail-like channels answer with an enhanced status code
 * (RFC 3463), HTTP channels with a status; both end in the same three classes.
 */

/** Class of an answer: it worked, it may work later, it will not work. */
export type DeliveryClass = "success" | "transient" | "permanent";

/** What to do after an answer; `suppress` is a permanent failure of the address itself. */
type DeliveryAction = "done" | "retry" | "suppress" | "stop";

/** RFC 3463 §2: class "." subject "." detail, each a plain decimal of at most three digits after the class. */
const ENHANCED_CODE = /^([245])\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

const CLASSES = { "2": "success", "4": "transient", "5": "permanent" } as const;

/** Subject 1 is addressing, and these of it speak of the sender or of the way, not of the recipient (RFC 3463 §3.2, RFC 7505). */
const NOT_THE_RECIPIENT: ReadonlySet<string> = new Set(["5.1.7", "5.1.8", "5.1.9"]);

/** The class of an RFC 3463 code; `undefined` where the text is not such a code. */
export function classOfEnhancedCode(code: string): DeliveryClass | undefined {
  const first = ENHANCED_CODE.exec(code)?.[1];
  return first === "2" || first === "4" || first === "5" ? CLASSES[first] : undefined;
}

/**
 * What an RFC 3463 code asks for. Subject 1 is "addressing status" (RFC 3463 §3.2): a permanent failure there
 * (5.1.1 bad mailbox) will fail for every message, so the address is suppressed, not only this message.
 */
export function actionForEnhancedCode(code: string): DeliveryAction | undefined {
  const found = classOfEnhancedCode(code);
  switch (found) {
    case "success":
      return "done";
    case "transient":
      return "retry";
    case "permanent":
      return code.startsWith("5.1.") && !NOT_THE_RECIPIENT.has(code) ? "suppress" : "stop";
    case undefined:
      return undefined;
    default:
      return found satisfies never;
  }
}

/**
 * The class of an HTTP answer: 2xx worked; 408, 425, 429 and 5xx may work later (RFC 9110 §15.5.9 and §15.6, RFC 8470 §5.2,
 * RFC 6585 §4); the rest will not.
 */
export function classOfHttpStatus(status: number): DeliveryClass {
  if (status >= 200 && status <= 299) return "success";
  const passes = status === 408 || status === 425 || status === 429 || (status >= 500 && status <= 599);
  return passes ? "transient" : "permanent";
}

/**
 * The RFC 3463 code that says the same as an HTTP status, so that every channel reports in one language. None of them says
 * anything about a recipient: a 404 means that the URL is wrong, not that the number is.
 */
export function enhancedCodeForHttp(status: number): string {
  const found = classOfHttpStatus(status);
  switch (found) {
    case "success":
      return "2.0.0";
    case "transient":
      // 4.3.2: "system not accepting network messages"; 4.3.0: "other or undefined mail system status".
      return status === 429 || status === 503 ? "4.3.2" : "4.3.0";
    case "permanent":
      // 5.3.5: "system incorrectly configured"; 5.7.1: "delivery not authorized"; 5.3.4: "message too big for system".
      if (status === 404 || status === 410) return "5.3.5";
      if (status === 413) return "5.3.4";
      return status === 401 || status === 403 ? "5.7.1" : "5.0.0";
    default:
      return found satisfies never;
  }
}
