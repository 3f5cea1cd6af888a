import { readFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";

/** The same to a Redis of a run's own, which asks for its generated password. */
export async function talkOwnRedis(
  root: string,
  name: string,
  port: number,
  ...commands: readonly (readonly string[])[]
): Promise<string> {
  const passwords: Readonly<Record<string, string>> = JSON.parse(
    readFileSync(join(root, ".agents", "passwords.json"), "utf8"),
  );
  const answer = await talkRedis(port, ["AUTH", passwords[name] ?? ""], ...commands);
  return answer.replace("+OK\r\n", "");
}

/** Sends commands to a Redis on loopback, and answers with all it said to them. */
export function talkRedis(port: number, ...commands: readonly (readonly string[])[]): Promise<string> {
  const text = [...commands, ["QUIT"]]
    .map((parts) => {
      const bulk = parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
      return `*${parts.length}\r\n${bulk.join("")}`;
    })
    .join("");
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: "127.0.0.1", port });
    let answer = "";
    socket.once("error", reject);
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    // QUIT is answered with OK, and then the connection is closed.
    socket.once("end", () => resolve(answer.replace(/\+OK\r\n$/, "")));
    socket.write(text);
  });
}
