import { checkbox, confirm, input } from "@inquirer/prompts";
import { AgentsError } from "../../runtime/model/errors.ts";
import type { Catalog } from "../events/catalog.ts";
import type { RawRequest } from "./request.ts";
import { checkPublished } from "./request.ts";

/** Asks for what was not said, on a terminal. Ctrl-C ends with 130 and leaves nothing. */
export async function askFor(
  request: RawRequest,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<RawRequest> {
  return await answered(async () => {
    const subscribes =
      request.subscribes.length > 0 || catalog.types.length === 0
        ? request.subscribes
        : await checkbox(
            {
              message: "Which events does it listen to?",
              choices: catalog.types.map((value) => ({ value })),
              pageSize: 12,
            },
            { signal },
          );
    const preset = `agents.${request.name}.entry.recorded`;
    const publishes =
      request.publishes ??
      (await input(
        {
          message: "Which event does it publish?",
          default: preset,
          validate: (type) => type === preset || problemOf(() => checkPublished(type, catalog)) || true,
        },
        { signal },
      ));
    return { ...request, subscribes, publishes: publishes === preset ? null : publishes };
  });
}

function problemOf(check: () => unknown): string {
  try {
    check();
    return "";
  } catch (error) {
    if (error instanceof AgentsError) return error.message;
    throw error;
  }
}

export async function askWhether(message: string, signal: AbortSignal): Promise<boolean> {
  return await answered(async () => await confirm({ message, default: true }, { signal }));
}

async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && ["ExitPromptError", "AbortPromptError"].includes(error.name))
      throw new AgentsError("AGENTS_INTERRUPTED", "");
    throw error;
  }
}
