import { createHash } from "node:crypto";

/**
 * A name-based UUID (RFC 9562, version 5): the same namespace and name give the same id, everywhere and always. So what is
 * made again from the same cause is recognised as the same thing.
 *
 * @param namespace a UUID of the kind of things that are named; made up once, and never to be changed.
 */
export function nameBasedId(namespace: string, name: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name)
    .digest()
    .subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
