import type { Question } from "../check.ts";
import { asked } from "./api.ts";

const basic = (text: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(text).toString("base64")}`,
});

export const INVOKE_QUESTIONS: readonly Question[] = [
  ...["GET", "POST", "PUT", "DELETE", "PATCH"].map((method) =>
    asked("plain", `invoke: ${method}`, "/v1.0/invoke/app/method/echo/200?a=1&b=x%20y", {
      method,
      headers: { "content-type": "application/json", "x-own": "1" },
      ...(method === "GET" || method === "DELETE" ? {} : { body: '{"n":1}' }),
    }),
  ),
  ...[201, 204, 400, 404, 418, 500, 503].map((status) =>
    asked("plain", `invoke: the app answers ${status}`, `/v1.0/invoke/app/method/echo/${status}`, {
      method: "POST",
    }),
  ),
  asked("plain", "invoke: a path with escapes", "/v1.0/invoke/app/method/echo/200/a%2Fb%20c/d"),
  asked("plain", "invoke: an unknown app", "/v1.0/invoke/nobody/method/x", { ownWords: true }),
  asked("plain", "invoke: without a method", "/v1.0/invoke/app", {}),
  asked("plain", "invoke: no path", "/v1.0/invoke/app/method/", {}),
  asked("plain", "invoke: by a header", "/echo/200?x=1", { headers: { "dapr-app-id": "app" } }),
  asked("plain", "invoke: by basic authorization", "/echo/200", { headers: basic("dapr-app-id:app") }),
  asked("plain", "invoke: by a header that names nobody", "/echo/200", {
    headers: { "dapr-app-id": "nobody" },
    ownWords: true,
  }),
  asked("plain", "invoke: nothing names an app", "/echo/200"),
  asked("plain", "invoke: text", "/v1.0/invoke/app/method/echo", {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: "äöü",
  }),
];
