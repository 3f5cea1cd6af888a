import { imageParts } from "../resources/container/image-name.ts";

/** What its tag says. */
export function versionOf(image: string): string | null {
  return imageParts(image).tag;
}
