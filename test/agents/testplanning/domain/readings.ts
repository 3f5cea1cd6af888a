import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const known = z.array(z.tuple([z.string(), z.string()]));

/** Sentences with what a reader takes from them. */
export const readings = ["readings.yaml", "more-readings.yaml", "near-misses.yaml", "walked.yaml"].flatMap(
  (name) => known.parse(parse(readFileSync(join(import.meta.dirname, name), "utf8"))),
);
