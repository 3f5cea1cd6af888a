/** What a publish request says, whichever way it came (single, bulk, the runtime itself). */
export interface PublishInput {
  /** The publisher: source of the envelope. */
  readonly appId: string;
  readonly pubsub: string;
  readonly topic: string;
  readonly body: Buffer;
  /** Null: none was sent, which Dapr takes for text/plain. */
  readonly contentType: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}
