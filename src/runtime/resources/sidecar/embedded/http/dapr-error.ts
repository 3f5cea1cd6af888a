/** An answer that is an error, in Dapr's shapes; thrown by handlers, written by the server. */
export class DaprError extends Error {
  override readonly name = "DaprError";
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>> & { readonly message: string }) {
    super(body.message);
    this.status = status;
    this.body = body;
  }
}

/** An answer that is an error, as plain text. */
export class TextError extends Error {
  override readonly name = "TextError";
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

/** `{ errorCode, message }`. */
export function plainError(status: number, errorCode: string, message: string): DaprError {
  return new DaprError(status, { errorCode, message });
}

/** What the newer errors of Dapr say besides code and message. */
export interface ErrorDetails {
  readonly reason: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly resource?: { readonly type: string; readonly name: string; readonly description?: string };
  readonly field?: { readonly field: string; readonly description: string };
}

const RPC = "type.googleapis.com/google.rpc";

/** `{ errorCode, message, details }`, the details as google.rpc error details (https://google.aip.dev/193). */
export function detailedError(
  status: number,
  errorCode: string,
  message: string,
  details: ErrorDetails,
): DaprError {
  const { reason, metadata, resource, field } = details;
  // In the order in which daprd lists them.
  const list: Record<string, unknown>[] = [];
  if (field !== undefined) list.push({ "@type": `${RPC}.BadRequest`, field_violations: [field] });
  if (resource !== undefined) {
    list.push({
      "@type": `${RPC}.ResourceInfo`,
      description: resource.description ?? "",
      owner: "",
      resource_name: resource.name,
      resource_type: resource.type,
    });
  }
  list.push({ "@type": `${RPC}.ErrorInfo`, domain: "dapr.io", metadata: metadata ?? null, reason });
  return new DaprError(status, { errorCode, message, details: list });
}

/** The error of Dapr's for a body it cannot read. */
export function malformed(why: string): DaprError {
  return plainError(400, "ERR_MALFORMED_REQUEST", `failed deserializing HTTP body: ${why}`);
}
