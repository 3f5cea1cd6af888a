import { readFileSync } from "node:fs";

/** The version in our own package.json. */
export function ownVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const own: { readonly version: string } = JSON.parse(text);
  return own.version;
}
