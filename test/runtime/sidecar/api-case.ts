import { call, type Answer } from "./kit.ts";

/** One request and what Dapr's API answers. The same list is put to the embedded sidecar and to a real daprd. */
export interface ApiCase {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly status: number;
  /** `errorCode` of the body. */
  readonly code?: string;
  /** The exact text of the body. */
  readonly text?: string;
  /** The message is written by a JSON parser, so it differs. */
  readonly ownWords?: boolean;
}

const JSON_TYPE = { "content-type": "application/json" };
/** A POST of JSON. */
export const post = (
  path: string,
  body: string,
  headers: Record<string, string> = JSON_TYPE,
): Pick<ApiCase, "method" | "path" | "body" | "headers"> => ({
  method: "POST",
  path,
  body,
  headers,
});

export function ask(port: number, { method, path, headers, body }: ApiCase): Promise<Answer> {
  return call(port, path, {
    ...(method === undefined ? {} : { method }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
  });
}
