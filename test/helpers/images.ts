import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type Docker from "dockerode";
import { hasProgram } from "./docker.ts";

/** Redis' own image, as far as these tests see it: made of this machine's redis-server, as none can be pulled here. */
const REDIS = "redis:7.4-alpine";
const TOOL_PROGRAMS = [
  "sh",
  "sleep",
  "echo",
  "cat",
  "printf",
  "env",
  "seq",
  "id",
  "ls",
  "test",
  "head",
  "tail",
  "tr",
  "getent",
];

/** A shell and a few tools; the tag tells which, as a Docker that is not ours may still have an older one. */
export const TOOLS = `agents-test/tools:${TOOL_PROGRAMS.join("-")}`;

/** Why there can be no Redis image; null = there can. */
export function noRedisImage(): string | null {
  return hasProgram("redis-server") ? null : "skipped: there is no redis-server to make an image of";
}

/** Makes what is not there. Answers with the name of a Redis image: on a Docker that is not ours, never a real one's. */
export async function makeImages(docker: Docker, own: boolean): Promise<{ readonly redis: string }> {
  const redis = own || (await exists(docker, REDIS)) ? REDIS : "agents-test/redis:1";
  if (!(await exists(docker, TOOLS))) await importImage(docker, TOOLS, TOOL_PROGRAMS);
  if (!(await exists(docker, redis)) && noRedisImage() === null)
    await importImage(
      docker,
      redis,
      ["redis-server", "redis-cli", ...TOOL_PROGRAMS],
      ['CMD ["redis-server"]', "VOLUME /data", "WORKDIR /data"],
    );
  return { redis };
}

async function exists(docker: Docker, image: string): Promise<boolean> {
  return docker
    .getImage(image)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

/** `docker import` of a root with some programs of this machine and the libraries they need. */
export async function importImage(
  docker: Docker,
  name: string,
  programs: readonly string[],
  changes: readonly string[] = ['CMD ["sh"]'],
  more: Readonly<Record<string, string | Buffer>> = {},
): Promise<void> {
  const tar = rootOf(programs, more);
  const colon = name.lastIndexOf(":");
  const stream = await docker.importImage(Readable.from([tar]), {
    repo: name.slice(0, colon),
    tag: name.slice(colon + 1),
    changes: ["ENV PATH=/usr/bin:/bin", ...changes],
  });
  const said = (await buffer(stream)).toString();
  if (said.includes('"error"')) throw new Error(`docker import ${name}: ${said}`);
}

/** A tar archive of a root file system. */
export function rootOf(
  programs: readonly string[],
  more: Readonly<Record<string, string | Buffer>> = {},
): Buffer {
  const root = mkdtempSync(join(tmpdir(), "agents-image-"));
  try {
    for (const folder of ["usr/bin", "tmp", "data", "etc", "proc", "dev"])
      mkdirSync(join(root, folder), { recursive: true });
    symlinkSync("usr/bin", join(root, "bin"));
    for (const program of programs) {
      const path = program.startsWith("/")
        ? program
        : execFileSync("sh", ["-c", `type -P ${program} || command -v ${program}`], {
            encoding: "utf8",
          });
      const real = realpathSync(path.trim().startsWith("/") ? path.trim() : `/usr/bin/${program}`);
      cpSync(real, join(root, "usr/bin", basename(program)));
      for (const library of librariesOf(real)) {
        mkdirSync(join(root, dirname(library)), { recursive: true });
        cpSync(realpathSync(library), join(root, library));
      }
    }
    writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/:/bin/sh\nredis:x:999:999::/data:/bin/sh\n");
    for (const [path, content] of Object.entries(more)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content, { mode: 0o755 });
    }
    return execFileSync("tar", ["-C", root, "-c", "."], { maxBuffer: 512 * 1024 * 1024 });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** As `ldd` lists them: `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)`, and the loader by its path alone. */
function librariesOf(program: string): readonly string[] {
  const text = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...text.matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
}
