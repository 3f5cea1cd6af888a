/** Between sidecars of `agents sidecar`: who calls, and what the callee's sidecar wants to hear. */
export const CALLER_HEADER = "agents-invoke-caller";
export const INVOKE_TOKEN_HEADER = "agents-invoke-token";
/** The callee's sidecar could not pass the call on, and why. */
export const FAILED_HEADER = "agents-invoke-failed";

/** A call that did not come to an answer of the app, in the words that follow `err: `. */
export class InvokeFailure extends Error {
  override readonly name = "InvokeFailure";
  readonly status: number;

  constructor(why: string, status = 500) {
    super(why);
    this.status = status;
  }
}

/** In the words of daprd. */
export const UNHEALTHY = "rpc error: code = Internal desc = app is not in a healthy state";

/** In the words of daprd, which does not know who calls where there is no mTLS. */
export function accessDenied(caller: string, path: string, verb: string): InvokeFailure {
  const operation = (path.split("?", 1)[0] ?? "").replace(/^\//u, "");
  return new InvokeFailure(
    `rpc error: code = PermissionDenied desc = access control policy has denied access to id: ${caller} operation: ${operation} verb: ${verb}`,
    403,
  );
}
