import type { ChatRequest } from "../chat-model.ts";

const SECRET_NAME = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)S?$/i;
/** A shorter value would be found where it means nothing. */
const SHORTEST = 8;

/** The values of an environment that are secret by their names. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    SECRET_NAME.test(name) && value !== undefined && value.length >= SHORTEST ? [value] : [],
  );
}

/** The request without secrets in its messages. */
export function scrub(request: ChatRequest, secrets: readonly string[]): ChatRequest {
  const clean = (text: string): string =>
    secrets.reduce((left, secret) => left.replaceAll(secret, "***"), text);
  return {
    ...request,
    messages: request.messages.map(({ role, content }) => ({ role, content: clean(content) })),
  };
}
