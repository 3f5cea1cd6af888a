import type { SuppressedBy } from "./suppressed-by.ts";

/**
 * What happened to one notification, oldest first: the only thing that is stored of it. When it happened is
 * stored by the event store, beside each event.
 */
export type NotificationEvent =
  | { readonly type: "requested"; readonly data: Requested }
  | { readonly type: "rendered"; readonly data: Content }
  | { readonly type: "channel-accepted"; readonly data: Accepted }
  | { readonly type: "channel-held"; readonly data: Accepted & { readonly until: string } }
  | { readonly type: "channel-suppressed"; readonly data: Suppressed }
  | { readonly type: "channel-begun"; readonly data: Begun }
  | { readonly type: "channel-sent"; readonly data: Attempt & { readonly messageId: string | null } }
  | {
      readonly type: "channel-deferred";
      readonly data: Attempt & { readonly retryAt: string; readonly by?: string | undefined };
    }
  | { readonly type: "channel-failed"; readonly data: Attempt }
  | { readonly type: "channel-confirmed"; readonly data: Attempt }
  | { readonly type: "channel-complained"; readonly data: Complaint }
  | { readonly type: "reopened"; readonly data: Record<string, never> }
  | { readonly type: "sent"; readonly data: Record<string, never> }
  | { readonly type: "failed"; readonly data: { readonly reason: string } }
  | { readonly type: "suppressed"; readonly data: { readonly reason: string } };

/** How soon a person should look. */
export type Priority = "low" | "normal" | "high";

/** What was asked for. */
export type Requested = {
  readonly recipient: string;
  readonly channels: readonly string[];
  readonly subject: string;
  readonly message: string;
  /** What it is about, for recipients who want to hear of some things only. */
  readonly category: string;
  readonly priority: Priority;
  readonly cause: Cause;
  /** The flow that later attempts belong to. */
  readonly lineage: Origin;
};

/** What asked for the notification: an event that was handled, or a command that came over HTTP. */
export type Cause = {
  readonly kind: "event" | "command";
  readonly id: string;
  readonly eventType: string | null;
};

/** Where in a flow of events a notification stands. */
export type Origin = {
  readonly correlationId: string;
  readonly causationId: string;
  readonly depth: number;
  readonly traceparent: string | null;
};

/** A channel is to be used, to reach this address. */
export type Accepted = { readonly channel: string; readonly address: string };

/** Somebody is about to send by a channel. Until then nobody may say that it was taken back; after it they have died. */
export type Begun = { readonly channel: string; readonly by: string; readonly until: string };

/** A channel is not used, and why. */
export type Suppressed = {
  readonly channel: string;
  readonly cause: SuppressedBy;
  readonly detail: string;
};

/** One attempt, or a receipt, on one channel; `code` is an RFC 3463 enhanced status code. */
export type Attempt = {
  readonly channel: string;
  /** Counted from 1; 0 where there was nowhere to send it to. */
  readonly attempt: number;
  readonly code: string;
  readonly detail: string | null;
};

/** Its recipient has called what came by this channel a nuisance. */
export type Complaint = { readonly channel: string; readonly detail: string | null };

/** The text that is sent. `wording` says whether a model or the fixed template opens it, and why. */
export type Content = {
  readonly subject: string;
  readonly body: string;
  readonly sms: {
    readonly text: string;
    readonly encoding: "GSM-7" | "UCS-2";
    readonly units: number;
    readonly segments: number;
  };
  readonly wording: Wording;
};

/** Where the words come from. `reason` is set where a model's words were not used. */
export type Wording = {
  readonly by: "model" | "template";
  readonly reason: string | null;
  readonly generatedBy: "live" | "cassette" | "sample" | null;
  readonly promptRef: string | null;
};
