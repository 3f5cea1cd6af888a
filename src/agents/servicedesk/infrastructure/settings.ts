import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { StartError } from "agents-apphost/kit";
import type { Zone } from "../domain/business-time.ts";
import { POLICIES } from "../domain/policies.ts";
import type { Policy } from "../domain/policy.ts";
import { policySchema } from "./policy-schema.ts";
import { timeZone } from "./time-zone.ts";

/** What the environment says about this agent. */
export interface Settings {
  readonly policy: Policy;
  readonly zone: Zone;
}

/**
 * Reads SERVICEDESK_POLICY: the name of a policy that is there (servicenow, p1-p4), or the path of a JSON file with one.
 *
 * @throws StartError that says what was found and what was expected.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>, cwd: string): Settings {
  const given = env["SERVICEDESK_POLICY"] ?? "servicenow";
  const known = Object.hasOwn(POLICIES, given) ? POLICIES[given] : undefined;
  const policy = known ?? readPolicy(resolve(cwd, given), given);
  try {
    return { policy, zone: timeZone(policy.timeZone) };
  } catch (error) {
    throw new StartError(
      `SERVICEDESK_POLICY: "${policy.timeZone}" is no time zone`,
      "Set timeZone to an IANA name such as Europe/London.",
      { cause: error },
    );
  }
}

function readPolicy(file: string, given: string): Policy {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new StartError(
      `SERVICEDESK_POLICY: "${given}" is no policy and no file that can be read`,
      `Set it to ${Object.keys(POLICIES).join(" or ")}, or to the path of a JSON file.`,
      { cause: error },
    );
  }
  const read = policySchema.safeParse(parse(text, file));
  if (read.success) return read.data;
  const [first] = read.error.issues;
  throw new StartError(
    `SERVICEDESK_POLICY: ${file}: ${first?.path.join(".") ?? ""}: ${first?.message ?? "does not fit"}`,
    "Correct the file; docs/agents/servicedesk.md shows a whole one.",
  );
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`SERVICEDESK_POLICY: ${file} is not JSON: ${reason}`, "Correct the file.", {
      cause: error,
    });
  }
}
