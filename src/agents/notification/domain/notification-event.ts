/**
 * What happened to one notification, oldest first: the only thing that is stored of it. When it happened is
 * stored by the event store, beside each event.
 */
export type NotificationEvent =
  | { readonly type: "requested"; readonly data: Requested }
  | { readonly type: "rendered"; readonly data: Content }
  | { readonly type: "channel-sent"; readonly data: Attempt }
  | { readonly type: "channel-deferred"; readonly data: Attempt }
  | { readonly type: "channel-failed"; readonly data: Attempt }
  | { readonly type: "channel-confirmed"; readonly data: Attempt }
  | { readonly type: "sent"; readonly data: Record<string, never> }
  | { readonly type: "failed"; readonly data: { readonly reason: string } };

/** How soon a person should look. */
export type Priority = "low" | "normal" | "high";

/** What was asked for. */
export type Requested = {
  readonly recipient: string;
  readonly channels: readonly string[];
  readonly subject: string;
  readonly message: string;
  readonly priority: Priority;
  readonly cause: Cause;
};

/** What asked for the notification: an event that was handled, or a command that came over HTTP. */
export type Cause = {
  readonly kind: "event" | "command";
  readonly id: string;
  readonly eventType: string | null;
};

/** One attempt, or a receipt, on one channel; `code` is an RFC 3463 enhanced status code. */
export type Attempt = {
  readonly channel: string;
  readonly attempt: number;
  readonly code: string;
  readonly detail: string | null;
};

/** The text that is sent. `wording` says whether a model or the fixed template opens it, and why. */
export type Content = {
  readonly subject: string;
  readonly body: string;
  readonly sms: { readonly encoding: "GSM-7" | "UCS-2"; readonly units: number; readonly segments: number };
  readonly wording: Wording;
};

/** Where the words come from. `reason` is set where a model's words were not used. */
export type Wording = {
  readonly by: "model" | "template";
  readonly reason: string | null;
  readonly generatedBy: "live" | "cassette" | "sample" | null;
  readonly promptRef: string | null;
};
