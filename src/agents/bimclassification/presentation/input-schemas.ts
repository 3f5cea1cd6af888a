import { pageQuery } from "agents-apphost/kit";
import { z } from "zod";
import { ifcClassOf, isIfcClass } from "../domain/csv-table.ts";
import { bareElement } from "../domain/element.ts";
import type { Element } from "../domain/element.ts";

const line = z.string().max(1000);
export const elementId = z
  .string()
  .min(1)
  .max(128)
  .describe("GlobalId of an IFC element, or the sender's own id");
const fileName = z.string().min(1).max(500).describe("Name of a file in BIMCLASSIFICATION_FILES_DIR");

export const elementInput = z.object({
  id: elementId,
  ifcClass: z
    .string()
    .max(64)
    .transform(ifcClassOf)
    .refine(isIfcClass, "expected an entity of IFC such as IfcWall"),
  name: line.nullish(),
  description: line.nullish(),
  objectType: line.nullish(),
  predefinedType: z.string().max(100).nullish(),
  typeName: line.nullish(),
  materials: z.array(line).max(50).nullish(),
  systems: z.array(line).max(50).nullish(),
  storey: line.nullish(),
  properties: z
    .record(z.string().max(200), z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]))
    .nullish()
    .describe("By Pset_WallCommon.IsExternal, or by the bare name"),
});

export const executeInput = z.object({ elements: z.array(elementInput).min(1).max(100) });

const source = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe("Shown with the elements, such as the name of the model");
const column = z.string().min(1).max(200).optional();

export const importInput = z
  .object({
    format: z.enum(["elements", "csv", "ifc"]),
    elements: z.array(elementInput).min(1).max(5000).optional(),
    content: z.string().min(1).optional().describe("The text of an IFC or CSV file"),
    file: fileName.optional(),
    columns: z
      .object({
        id: column,
        ifcClass: column,
        name: column,
        description: column,
        objectType: column,
        predefinedType: column,
        typeName: column,
        material: column,
        storey: column,
      })
      .optional()
      .describe("Headers of a CSV file that are not understood by themselves"),
    source,
  })
  .superRefine((input, context) => {
    const given = (["elements", "content", "file"] as const).filter((key) => input[key] !== undefined);
    const allowed = input.format === "elements" ? ["elements"] : ["content", "file"];
    const right = given.length === 1 && allowed.includes(given[0] ?? "");
    if (!right)
      context.addIssue({
        code: "custom",
        path: [given.find((key) => !allowed.includes(key)) ?? allowed[0] ?? ""],
        message: `with the format ${input.format} give ${allowed.join(" or ")}, and nothing else`,
      });
  });

/** The order in which elements are listed, and looked at for suggestions. */
export const inImportOrder = pageQuery(z.tuple([z.string(), z.uuid()]));

export const suggestInput = z.object({
  elementIds: z.array(elementId).min(1).max(100).optional(),
  limit: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe("Of the next unclassified elements, where no ids are given; 25"),
  after: inImportOrder.after.describe("The next of the run before: goes on behind what that has looked at"),
});

export const writeInput = z
  .object({
    content: z.string().min(1).optional().describe("The text of an IFC file"),
    file: fileName.optional(),
    to: fileName.optional().describe("The copy that is written; it must not exist"),
  })
  .refine(
    ({ content, file, to }) => (content === undefined) === (file !== undefined && to !== undefined),
    "give content, or file and to",
  );

/** An element as the domain has it. */
export function toElement(input: z.output<typeof elementInput>): Element {
  const { predefinedType, materials, systems, properties, ...rest } = input;
  return {
    ...bareElement(input.id, input.ifcClass),
    name: filled(rest.name),
    description: filled(rest.description),
    objectType: filled(rest.objectType),
    typeName: filled(rest.typeName),
    storey: filled(rest.storey),
    predefinedType: filled(predefinedType)?.toUpperCase() ?? null,
    materials: materials ?? [],
    systems: systems ?? [],
    properties: properties ?? {},
  };
}

function filled(text: string | null | undefined): string | null {
  return text === undefined || text === null || text.trim() === "" ? null : text;
}
