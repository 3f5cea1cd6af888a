import { execFileSync, spawnSync } from "node:child_process";
import type { Test } from "tap";
import { CLI } from "./cli.ts";
import type { Project } from "./system.ts";
import { until } from "./system.ts";

/** Why tests with a terminal are skipped on this machine; false where they are not. */
export const skip = spawnSync("tmux", ["-V"]).status === 0 ? false : "no tmux on this machine";

/** A real terminal with a shell in the project's folder; closing it is what closing a window is. */
export class Terminal {
  readonly #socket: string;

  constructor(t: Test, project: Project) {
    this.#socket = `agents-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
    const env = [
      "-e",
      `XDG_STATE_HOME=${project.env["XDG_STATE_HOME"] ?? ""}`,
      "-e",
      `PATH=${process.env["PATH"] ?? ""}`,
    ];
    this.#tmux(
      "-f",
      "/dev/null",
      "new-session",
      "-d",
      "-x",
      "120",
      "-y",
      "50",
      "-c",
      project.root,
      ...env,
      "env",
      "-u",
      "CI",
      "NO_COLOR=1",
      "sh",
    );
    t.teardown(() => this.close());
  }

  agents(command: string): void {
    this.#tmux("send-keys", `'${process.execPath}' ${CLI} ${command}`, "Enter");
  }

  press(key: string): void {
    this.#tmux("send-keys", key);
  }

  /** Letters, as they are. */
  type(text: string): void {
    this.#tmux("send-keys", "-l", text);
  }

  screen(): string {
    return this.#tmux("capture-pane", "-p", "-J", "-S", "-200");
  }

  async shows(text: RegExp): Promise<string> {
    let screen = "";
    await until(
      `the terminal shows ${String(text)}`,
      () => text.test((screen = this.screen())),
      20_000,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${screen}`);
    });
    return screen;
  }

  close(): void {
    spawnSync("tmux", ["-L", this.#socket, "kill-server"]);
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync("tmux", ["-L", this.#socket, ...args], { encoding: "utf8" });
  }
}
