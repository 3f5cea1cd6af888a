import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Holds a file for this process alone, beside its own locks: a durable bus has one writer. It is given back when the
 * process ends, however it ends.
 *
 * @throws Error where another process holds it
 */
export function holdAlone(file: string): Disposable {
  mkdirSync(dirname(file), { recursive: true });
  const lock = new DatabaseSync(`${file}-writer`);
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    throw new Error(`${file} is in use by another sidecar`, { cause: error });
  }
  return { [Symbol.dispose]: () => lock.close() };
}
