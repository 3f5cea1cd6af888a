import { inside, INSIDE, OUTSIDE } from "./outside.ts";
import { fallback, rule } from "./rule.ts";
import type { Fallback, Rule } from "./rule.ts";

const COVERING = "membrane|shingle|tile|epdm|tpo|bitumen|roofing|standing seam|gravel";

/** Doors, windows and roofs: B20, B30 and what is inside of C10. */
export const openingRules: readonly Rule[] = [
  rule(
    "door.gate",
    "IfcDoor",
    "G2040",
    "indicated",
    "its predefined type is GATE, and gates are site development",
    (f) => f.is("GATE"),
    "B2030",
  ),
  rule("door.hatch", "IfcDoor", "B3020", "indicated", "it is named a roof hatch", (f) =>
    f.says("roof hatch"),
  ),
  rule(
    "door.external",
    "IfcDoor",
    "B2030",
    "settled",
    "it is external",
    (f) => f.external === true && !f.is("GATE"),
  ),
  rule("door.internal", "IfcDoor", "C1020", "settled", "it is inside", (f) => f.external === false),
  rule(
    "door.named-external",
    "IfcDoor",
    "B2030",
    "indicated",
    "it is named as an outer door",
    (f) => f.external === null && f.says(`${OUTSIDE}|entrance|front door|overhead|garage`) && !f.says(INSIDE),
    "C1020",
  ),
  rule(
    "door.named-internal",
    "IfcDoor",
    "C1020",
    "indicated",
    "it is named as an inner door",
    inside,
    "B2030",
  ),

  rule("window.skylight", "IfcWindow", "B3020", "settled", "its predefined type is SKYLIGHT", (f) =>
    f.is("SKYLIGHT"),
  ),
  rule(
    "window.named-skylight",
    "IfcWindow",
    "B3020",
    "indicated",
    "it is named a window in the roof",
    (f) => f.says("skylight|rooflight|roof window|roof light|dome light"),
    "B2020",
  ),
  rule(
    "window.external",
    "IfcWindow",
    "B2020",
    "settled",
    "it is external",
    (f) => f.external === true && !f.is("SKYLIGHT"),
  ),
  rule(
    "window.internal",
    "IfcWindow",
    "C1010",
    "settled",
    "it is inside: interior windows are partitions",
    (f) => f.external === false,
  ),
  rule(
    "window",
    "IfcWindow",
    "B2020",
    "assumed",
    "a window is in an outer wall unless it says otherwise",
    (f) => f.external === null,
    "C1010",
  ),

  rule(
    "roof.covering",
    "IfcRoof",
    "B3010",
    "indicated",
    "it is named by its covering",
    (f) => f.says(COVERING),
    "B1020",
  ),
  rule(
    "roof",
    "IfcRoof",
    "B1020",
    "indicated",
    "a roof is roof construction unless it is named by its covering",
    (f) => !f.says(COVERING),
    "B3010",
  ),
];

export const openingFallbacks: readonly Fallback[] = [
  fallback(
    "IfcDoor",
    "whether it is external or inside is not said (IsExternal), nor do words",
    "B2030 C1020",
  ),
];
