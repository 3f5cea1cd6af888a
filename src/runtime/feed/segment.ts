import { closeSync, fstatSync, openSync, read } from "node:fs";
import { promisify } from "node:util";
import { errorCode, stateBroken } from "../control/state-dir.ts";

const readAsync = promisify(read);

/** A stretch of lines in the file's format that does not change any more: a file up to its present end, or memory. */
export interface Segment extends Disposable {
  readonly size: number;
  /** Reads up to `into.length` bytes from `position`; gives how many. */
  read(into: Buffer, position: number): Promise<number>;
}

/** A log file as it is now; what is appended later is not part of it. Null where there is none. */
export function fileSegment(path: string): (Segment & { readonly inode: string }) | null {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw stateBroken(path, error);
  }
  const stat = fstatSync(fd, { bigint: true });
  const size = Number(stat.size);
  let open = true;
  return {
    size,
    inode: `${stat.dev}:${stat.ino}`,
    read: async (into, position) => {
      const length = Math.min(into.length, size - position);
      if (length <= 0) return 0;
      return (await readAsync(fd, into, 0, length, position)).bytesRead;
    },
    [Symbol.dispose]: () => {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

export const memorySegment = (bytes: Buffer): Segment => ({
  size: bytes.length,
  read: (into, position) => Promise.resolve(bytes.copy(into, 0, position)),
  [Symbol.dispose]: () => {},
});
