import { DAY_MS, endOf, median, momentOf, rounded } from "./moments.ts";

/** One deployment to production. */
export interface Deployment {
  readonly at: string;
  /** When the oldest change in it was committed. */
  readonly committedAt: string | null;
  /** Whether it led to a failure that had to be mended. */
  readonly failed: boolean;
  readonly restoredAt: string | null;
}

/** The four key metrics of DORA, by their definitions; null where nothing is known. */
export interface DoraMetrics {
  readonly deployments: number;
  /** A day. */
  readonly deploymentFrequency: number;
  /** From commit to production, the median in hours. */
  readonly leadTimeForChanges: number | null;
  /** Failed deployments among all, from 0 to 1. */
  readonly changeFailureRate: number | null;
  /** From a failed deployment to its end, the median in hours. */
  readonly failedDeploymentRecoveryTime: number | null;
}

/** One deployment a year is not none. */
const DIGITS = 4;
const HOUR_MS = 60 * 60 * 1000;

/** A time is no time, or the order of two is impossible. `path` leads to it. */
export class DeploymentInvalid extends Error {
  override readonly name = "DeploymentInvalid";
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** The metrics of what was deployed in a period. @throws DeploymentInvalid */
export function doraMetrics(
  period: { readonly start: string; readonly end: string },
  deployments: readonly Deployment[],
): DoraMetrics {
  const [start, end] = [momentOf(period.start), endOf(period.end)];
  if (!(end > start)) throw new DeploymentInvalid("period", "is no time from a start to a later end");
  const read = deployments.map((deployment, index) => timed(deployment, index));
  const inside = read.filter(({ at }) => at >= start && at < end);
  const lead = inside.flatMap(({ at, committed }) =>
    committed === null ? [] : [(at - committed) / HOUR_MS],
  );
  const failed = inside.filter((each) => each.failed);
  const restore = failed.flatMap(({ at, restored }) =>
    restored === null ? [] : [(restored - at) / HOUR_MS],
  );
  return {
    deployments: inside.length,
    deploymentFrequency: rounded(inside.length / ((end - start) / DAY_MS), DIGITS) ?? 0,
    leadTimeForChanges: rounded(median(lead)),
    changeFailureRate: inside.length === 0 ? null : rounded(failed.length / inside.length, DIGITS),
    failedDeploymentRecoveryTime: rounded(median(restore)),
  };
}

function timed(
  { at, committedAt, failed, restoredAt }: Deployment,
  index: number,
): { at: number; committed: number | null; restored: number | null; failed: boolean } {
  const read = (key: string, text: string | null): number | null => {
    if (text === null) return null;
    const moment = momentOf(text);
    if (Number.isNaN(moment))
      throw new DeploymentInvalid(`deployments[${index}].${key}`, "is no ISO 8601 date or time");
    return moment;
  };
  const [deployed, committed, restored] = [
    read("at", at) ?? 0,
    read("committedAt", committedAt),
    read("restoredAt", restoredAt),
  ];
  if (committed !== null && committed > deployed)
    throw new DeploymentInvalid(`deployments[${index}].committedAt`, "is after the deployment");
  if (restored !== null && restored < deployed)
    throw new DeploymentInvalid(`deployments[${index}].restoredAt`, "is before the deployment");
  return { at: deployed, committed, restored, failed };
}
