import type { ContainerFile } from "./definition.ts";

const BLOCK = 512;
/** Readable by whoever the container runs as; nobody outside sees into it. */
const FILE_MODE = 0o444;

/** A tar archive (POSIX ustar) of a few small files, to be unpacked at the root of a container. */
export function tarOf(files: readonly ContainerFile[]): Buffer {
  const parts = files.flatMap(({ path, content }) => {
    const data = Buffer.from(content, "utf8");
    const padding = Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK);
    return [header(path.replace(/^\/+/, ""), data.length), data, padding];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  if (Buffer.byteLength(name) > 100) throw new Error(`${name}: a path of more than 100 bytes does not fit`);
  block.write(name, 0, "utf8");
  block.write(octal(FILE_MODE, 8), 100, "latin1");
  block.write(octal(0, 8), 108, "latin1"); // user: root
  block.write(octal(0, 8), 116, "latin1"); // group: root
  block.write(octal(size, 12), 124, "latin1");
  block.write(octal(0, 12), 136, "latin1"); // time
  block.write(" ".repeat(8), 148, "latin1"); // the checksum counts as spaces while it is computed
  block.write("0", 156, "latin1"); // a plain file
  block.write("ustar\u000000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, "0")}\0`;
}
