import { logPath, resourcesIn } from "./log-dir.ts";
import type { LineFilter } from "./log-query.ts";
import type { Segment } from "./segment.ts";
import { fileSegment, memorySegment } from "./segment.ts";

/** All that is kept of the wanted resources at one moment: segments, oldest first. Disposing closes the files. */
export interface LogSnapshot extends Disposable {
  readonly segments: ReadonlyMap<string, readonly Segment[]>;
}

/** Lines that could not be written, by resource, in the file's format. */
export type UnwrittenTails = ReadonlyMap<string, Buffer>;

/** Opens the files as they are now, in one go: nothing that is written later is seen, nothing written before is missed. */
export function takeSnapshot(
  dir: string,
  filter: LineFilter,
  unwritten: UnwrittenTails = new Map(),
): LogSnapshot {
  const segments = new Map<string, readonly Segment[]>();
  const opened: Segment[] = [];
  const dispose = (): void => {
    for (const segment of opened) segment[Symbol.dispose]();
  };
  try {
    for (const resource of new Set([...resourcesIn(dir), ...unwritten.keys()])) {
      if (!filter.wants(resource)) continue;
      const current = fileSegment(logPath(dir, resource));
      if (current !== null) opened.push(current);
      const rotated = fileSegment(`${logPath(dir, resource)}.1`);
      if (rotated !== null) opened.push(rotated);
      // Another process may have rotated between the two looks: then both are one file.
      const older = rotated === null || rotated.inode === current?.inode ? null : rotated;
      const tail = unwritten.get(resource);
      segments.set(
        resource,
        [older, current, tail === undefined ? null : memorySegment(tail)].filter(
          (segment) => segment !== null,
        ),
      );
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return { segments, [Symbol.dispose]: dispose };
}
