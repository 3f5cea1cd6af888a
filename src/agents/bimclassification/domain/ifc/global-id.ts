const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$";

/** Whether a text is an IFC GlobalId: 128 bits in 22 digits of base 64, of which the first has two bits only. */
export function isGlobalId(text: string): boolean {
  return /^[0-3][0-9A-Za-z_$]{21}$/.test(text);
}

/** The GlobalId of 128 bits. */
export function toGlobalId(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw new RangeError(`Expected 16 bytes, got ${bytes.length}.`);
  let number = 0n;
  for (const byte of bytes) number = (number << 8n) | BigInt(byte);
  let text = "";
  for (let index = 0; index < 22; index += 1) {
    text = DIGITS.charAt(Number(number & 63n)) + text;
    number >>= 6n;
  }
  return text;
}
