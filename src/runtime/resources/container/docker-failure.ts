import { AgentsError } from "../../model/errors.ts";

/** What Docker's API refused a call with; null where the call failed in another way. */
export function statusOf(error: unknown): number | null {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : null;
}

/** The system's own code of an error, e.g. `ECONNREFUSED`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Whether Docker itself did not answer, as opposed to refusing. */
export function isUnreachable(error: unknown): boolean {
  if (statusOf(error) !== null || error instanceof AgentsError) return false;
  const code = errorCode(error);
  return (
    (code !== undefined && ["ECONNREFUSED", "ECONNRESET", "ENOENT", "EPIPE", "ETIMEDOUT"].includes(code)) ||
    (error instanceof Error && error.message === "socket hang up")
  );
}

/** The same of an error that was made of such a one. */
export function isDockerGone(error: unknown): boolean {
  return isUnreachable(error) || (error instanceof AgentsError && isUnreachable(error.cause));
}

/**
 * Whether Docker refused because it is about to go away: while it stops it still answers, and what it works with is closed
 * already. None of these is ever the fault of what was asked.
 */
export function isDockerLeaving(error: unknown): boolean {
  const cause = error instanceof AgentsError ? error.cause : error;
  const status = statusOf(cause);
  return (status === 500 || status === 503) && LEAVING.test(reasonOf(cause));
}

const LEAVING =
  /database not open|shutting down|client connection is closing|context canceled|containerd.sock.*(connection refused|no such file)|code = Unavailable/i;

/** Whether it is not there: the call was about something that exists no more. */
export const isNotFound = (error: unknown): boolean => statusOf(error) === 404;

/** Docker's reason alone, without what the client puts before it. */
export function reasonOf(error: unknown): string {
  const json: unknown = error instanceof Error && "json" in error ? error.json : null;
  if (typeof json === "object" && json !== null && "message" in json && typeof json.message === "string")
    return oneLine(json.message);
  return oneLine(error instanceof Error ? error.message : String(error)).replace(
    /^\(HTTP code \d+\) [^-]*- /,
    "",
  );
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ").replace(/\.$/, "");
}

const isDiskFull = (reason: string): boolean => /no space left on device|disk quota exceeded/i.test(reason);

function diskFull(what: string, cause: unknown): AgentsError {
  return new AgentsError("AGENTS_DISK_FULL", `${what}: the disk where Docker keeps its data is full.`, {
    path: what.split(" ")[0] ?? what,
    found: reasonOf(cause),
    hint: "docker system df shows what takes the room; docker system prune frees what nothing uses.",
    cause,
  });
}

/** A call that Docker refused, as one error. `what` names who could not do what: `redis cannot start`. */
export function dockerFailure(what: string, cause: unknown): AgentsError {
  if (cause instanceof AgentsError) return cause;
  const reason = reasonOf(cause);
  if (isDiskFull(reason)) return diskFull(what, cause);
  if (isUnreachable(cause))
    return new AgentsError("AGENTS_DOCKER_NOT_RUNNING", `${what}: Docker no longer answers.`, {
      found: reason,
      hint: "Start Docker again (sudo systemctl start docker, or Docker Desktop), then try again.",
      cause,
    });
  return new AgentsError("AGENTS_CONTAINER_FAILED", `${what}: ${reason}.`, {
    path: what.split(" ")[0] ?? what,
    found: reason,
    hint: containerHint(reason),
    cause,
  });
}

function containerHint(reason: string): string {
  if (/bind source path does not exist/i.test(reason))
    return "Make the folder, or correct the container's volumes in the config.";
  if (/executable file not found|no such file or directory/i.test(reason))
    return "Correct the container's command in the config: it is not in the image.";
  if (/address pool/i.test(reason)) return "docker network prune removes the networks that nothing uses.";
  return "Correct what Docker names; docker events shows what it does meanwhile.";
}

/** The image that a failure was about cannot be had. */
export function pullFailure(resource: string, image: string, cause: unknown): AgentsError {
  const what = `${resource} cannot have its image ${image}`;
  const reason = reasonOf(cause);
  if (isDiskFull(reason)) return diskFull(what, cause);
  if (isUnreachable(cause)) return dockerFailure(what, cause);
  const { why, hint } = explainPull(reason, image);
  return new AgentsError("AGENTS_IMAGE_UNAVAILABLE", `${what}: ${why}.`, {
    path: resource,
    expected: image,
    found: reason,
    hint,
    cause,
  });
}

function explainPull(reason: string, image: string): { readonly why: string; readonly hint: string } {
  // Docker Hub says the same of an image that is private and of one that does not exist.
  if (/pull access denied|may require .docker login|requested access to the resource is denied/i.test(reason))
    return {
      why: "the registry refuses it, or does not have it",
      hint: "Correct the image's name in the config, or sign in with docker login.",
    };
  if (/unauthorized|authentication required|no basic auth|forbidden|denied/i.test(reason))
    return { why: "the registry refuses it", hint: "Sign in with docker login, then try again." };
  if (/toomanyrequests|rate limit/i.test(reason))
    return {
      why: "the registry has given this address enough for now",
      hint: "Sign in with docker login, or try again later.",
    };
  if (/manifest (for .* )?(not found|unknown)|not found|name unknown/i.test(reason))
    return { why: "the registry does not have it", hint: "Correct the image's name or tag in the config." };
  if (/no matching manifest/i.test(reason))
    return {
      why: "it does not exist for this machine's architecture",
      hint: "Choose an image that does, in the config.",
    };
  if (/invalid reference|invalid tag|repository name must be/i.test(reason))
    return { why: "that is not a name of an image", hint: "Correct the image's name in the config." };
  if (NO_NETWORK.test(reason))
    return {
      why: "there is no way to its registry",
      hint: `Check the network and its proxy. An image that is here is not pulled: docker load, or docker pull ${image} elsewhere first.`,
    };
  return { why: reason, hint: `docker pull ${image} shows the same by hand.` };
}

const NO_NETWORK =
  /no such host|dial tcp|i\/o timeout|network is unreachable|connection refused|connection reset|TLS handshake|server misbehaving|Client.Timeout|temporary failure in name resolution|context deadline exceeded|proxyconnect/i;
