import { OutputInvalid } from "agents-apphost/kit";
import type { AgentKit, HandlerContext } from "agents-apphost/kit";
import { z } from "zod";
import type { Classifier } from "../application/ports.ts";
import { toldProperties } from "../domain/element.ts";
import type { Element } from "../domain/element.ts";
import type { Opinion } from "../domain/suggestion.ts";

const answer = z.object({ code: z.string(), confidence: z.number(), rationale: z.string() });

/** Lets a model say which code it would choose, by the prompt `suggest-code`. It is not told what the rules say. */
export class PromptClassifier implements Classifier {
  readonly #kit: Pick<AgentKit, "generate">;

  constructor(kit: Pick<AgentKit, "generate">) {
    this.#kit = kit;
  }

  async opinion(ctx: HandlerContext, element: Element): Promise<Opinion> {
    try {
      const { output, generatedBy, promptRef } = await this.#kit.generate(ctx, {
        prompt: "suggest-code",
        input: inputOf(element),
        output: answer,
      });
      if (generatedBy === "sample") {
        const reason = "the sample model has no opinion of its own";
        return { at: "none", reason, generatedBy, promptRef };
      }
      return { at: "given", ...output, generatedBy, promptRef };
    } catch (error) {
      // One element that the model stumbles over does not keep the others from being classified.
      if (!(error instanceof OutputInvalid)) throw error;
      ctx.log.warn("the model's answer cannot be used", { element: element.id, reason: error.message });
      return { at: "none", reason: "the model's answer cannot be used", generatedBy: null, promptRef: null };
    }
  }
}

/** A name is a line; what is longer says no more about the thing. */
const LONGEST = 200;

function inputOf(element: Element): Record<string, string> {
  const properties = toldProperties(element.properties).map(
    ([key, value]) => `${short(key)} = ${short(String(value ?? "unknown"))}`,
  );
  return {
    ifcClass: element.typeClass === null ? element.ifcClass : `${element.ifcClass} (${element.typeClass})`,
    predefinedType: element.predefinedType ?? "-",
    name: short(element.name ?? "-"),
    description: short(element.description ?? "-"),
    type: short([element.typeName, element.objectType].filter((part) => part !== null).join(", ") || "-"),
    materials: short(element.materials.join(", ") || "-"),
    systems: short(element.systems.join(", ") || "-"),
    storey: short(element.storey ?? "-"),
    properties: properties.join("\n") || "-",
  };
}

/** On one line, so that no text can look like another field. */
function short(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  const characters = Array.from(line);
  return characters.length <= LONGEST ? line : `${characters.slice(0, LONGEST - 1).join("")}…`;
}
