import { text } from "./shape.ts";

/** 63 characters of a DNS label, less those of the `-dapr` that a sidecar's name adds. */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,56}[a-z0-9])?$/;
const LABEL_TEXT = "a DNS label: lower-case letters, digits and hyphens, at most 58";

export const label = (what: string) => text(what, LABEL_TEXT, LABEL);
export const anyText = (what: string) => text(what, "a text that is not empty");
export const path = (what: string) => text(what, "a path, relative to the config");
/** A name and never the secret itself, which could stand here by mistake. */
export const secretName = (example: string) => ({
  ...text(
    "the name of a variable",
    `the name of an environment variable in capitals, such as ${example}, and never the secret itself`,
    /^[A-Z_][A-Z0-9_]{0,63}$/,
  ),
  isSecretBeside: true as const,
});
/** In the clear only to this machine. */
export const SAFE_URL = /^(https:\/\/[^\s/?#@]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?)(\/\S*)?$/;
