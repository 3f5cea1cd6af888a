import semver from "semver";
import type { Prompt } from "./prompt.ts";

/** Labels that a version of a prompt may carry. */
const LABELS: readonly string[] = ["stable", "canary", "deprecated"];

/** One version that could be used. */
export interface Version {
  readonly prompt: Prompt;
  /** True: `<name>@<version>.yaml`, which does not change. False: the working copy. */
  readonly frozen: boolean;
}

/**
 * The version that is meant by `1.2.0`, by a range as of npm (`^2`), by a label (`canary`), or by nothing (null). Of several,
 * a stable one goes before a canary and that before a deprecated one; of those the highest. Of two files with the same version
 * the working copy counts, so that a save is felt; where that version was named, the frozen one.
 */
export function chooseVersion(asked: string | null, versions: readonly Version[]): Prompt | null {
  const fitting = versions.filter(({ prompt }) => asked === null || fits(asked, prompt));
  const [best] = fitting.toSorted(
    (a, b) =>
      standing(a.prompt) - standing(b.prompt) ||
      semver.compare(b.prompt.version, a.prompt.version) ||
      (asked === null ? Number(a.frozen) - Number(b.frozen) : Number(b.frozen) - Number(a.frozen)),
  );
  return best?.prompt ?? null;
}

/** What cannot be a version, a range or a label, in words; null when it can. */
export function misaskedVersion(asked: string): string | null {
  if (LABELS.includes(asked) || semver.validRange(asked) !== null) return null;
  return `"${asked}" is not a version, a range such as ^2 or a label (${LABELS.join(", ")})`;
}

function fits(asked: string, prompt: Prompt): boolean {
  if (asked === "stable") return standing(prompt) === 0;
  if (LABELS.includes(asked)) return prompt.labels.includes(asked);
  return semver.satisfies(prompt.version, asked);
}

/** 0: stable, also where no label says anything and the version is no pre-release. 1: on trial. 2: not to be used any more. */
function standing({ labels, version }: Prompt): 0 | 1 | 2 {
  if (labels.includes("deprecated")) return 2;
  if (labels.includes("stable")) return 0;
  return labels.includes("canary") || semver.prerelease(version) !== null ? 1 : 0;
}
