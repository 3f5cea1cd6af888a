// Writes LINES numbered lines of 100 bytes, 64 KiB at once, then listens on PORT.
// Says in the file TIMES when it began and ended; writing ends once the reader of the pipe has taken all but its last 64 KiB.
import { writeFileSync, writeSync } from "node:fs";
import { createServer } from "node:net";
const padding = "x".repeat(89);
const count = Number(process.env.LINES);
const write = (text) => {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at);
};
const began = Date.now();
let block = "";
for (let line = 0; line < count; line += 1) {
  block += `${String(line).padStart(9, "0")} ${padding}\n`;
  if (block.length >= 65_536) {
    write(block);
    block = "";
  }
}
write(block);
writeFileSync(process.env.TIMES, JSON.stringify({ began, ended: Date.now() }));
createServer((socket) => socket.on("error", () => {}).end()).listen(Number(process.env.PORT), "127.0.0.1");
process.on("SIGTERM", () => process.exit());
