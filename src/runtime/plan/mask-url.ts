/** Hides the passwords of URLs in a text: `redis://:secret@host` becomes `redis://:***@host`. */
export function maskPasswords(text: string): string {
  return text.replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@?#]*):[^\s/@?#]+@/gi, "$1:***@");
}
