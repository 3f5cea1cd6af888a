import { fallback, rule } from "./rule.ts";
import type { Facts } from "./facts.ts";
import type { Fallback, Rule } from "./rule.ts";

const OUTSIDE = "exterior|external|ext|outside|outer|facade|façade|cladding|veneer|eifs|perimeter";
const INSIDE = "interior|internal|int|inside|inner|partition|drywall|gypsum|gwb|plasterboard|stud";
const BASEMENT = "basement|below grade|cellar|subgrade";
/** What an outer wall is not, though it is external. */
const IN_THE_GROUND = `${BASEMENT}|foundation|stem wall|retaining`;
const COVERING = "membrane|shingle|tile|epdm|tpo|bitumen|roofing|standing seam|gravel";

/** Words decide only where the property is silent. */
const outside = (f: Facts): boolean => f.external === null && f.says(OUTSIDE) && !f.says(INSIDE);
const inside = (f: Facts): boolean => f.external === null && f.says(INSIDE) && !f.says(OUTSIDE);

/** Walls, doors, windows, roofs and what lies on them: B20, B30 and C10. */
export const enclosureRules: readonly Rule[] = [
  rule(
    "wall.foundation",
    "IfcWall",
    "A1010",
    "indicated",
    "it is named a foundation wall",
    (f) => f.says("foundation|stem wall"),
    "A2020",
  ),
  rule(
    "wall.retaining",
    "IfcWall",
    "G2040",
    "settled",
    "its predefined type is RETAININGWALL",
    (f) => f.is("RETAININGWALL"),
    "A2020",
  ),
  rule(
    "wall.named-retaining",
    "IfcWall",
    "G2040",
    "indicated",
    "it is named a retaining wall",
    (f) => f.says("retaining"),
    "A2020",
  ),
  rule(
    "wall.basement",
    "IfcWall",
    "A2020",
    "indicated",
    "it is named a basement wall, and it is external",
    (f) => f.external !== false && (f.says(BASEMENT) || (f.external === true && f.onStorey(BASEMENT))),
    "B2010",
  ),
  rule("wall.parapet", "IfcWall", "B2010", "settled", "parapets are exterior walls", (f) => f.is("PARAPET")),
  rule(
    "wall.external",
    "IfcWall",
    "B2010",
    "settled",
    "it is external",
    (f) => f.external === true && !f.says(IN_THE_GROUND) && !f.onStorey(BASEMENT),
    "C1010",
  ),
  rule(
    "wall.internal-bearing",
    "IfcWall",
    "B1010",
    "settled",
    "it is inside and bears load, and interior bearing walls are structure",
    (f) => f.external === false && f.loadBearing === true,
    "C1010",
  ),
  rule(
    "wall.internal",
    "IfcWall",
    "C1010",
    "settled",
    "it is inside and bears no load",
    (f) => f.external === false && f.loadBearing === false,
  ),
  rule(
    "wall.inside",
    "IfcWall",
    "C1010",
    "settled",
    "it is inside",
    (f) => f.external === false && f.loadBearing === null,
    "B1010",
  ),
  rule(
    "wall.partition",
    "IfcWall",
    "C1010",
    "indicated",
    "its predefined type is one of partitions",
    (f) => f.external === null && f.is("PARTITIONING", "MOVABLE", "PLUMBINGWALL"),
  ),
  rule(
    "wall.named-external",
    "IfcWall",
    "B2010",
    "indicated",
    "it is named as an outer wall",
    outside,
    "C1010",
  ),
  rule(
    "wall.named-internal",
    "IfcWall",
    "C1010",
    "indicated",
    "it is named as an inner wall",
    inside,
    "B1010",
  ),

  rule(
    "curtain-wall",
    "IfcCurtainWall",
    "B2020",
    "settled",
    "curtain walls belong to the exterior windows",
    (f) => f.external !== false,
    "B2010",
  ),
  rule(
    "curtain-wall.internal",
    "IfcCurtainWall",
    "C1010",
    "settled",
    "it is inside: interior windows and storefronts are partitions",
    (f) => f.external === false,
  ),

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
  rule(
    "shading",
    "IfcShadingDevice",
    "B2010",
    "indicated",
    "exterior sun control belongs to the exterior walls",
    (f) => f.external !== false,
  ),

  rule(
    "railing.stair",
    "IfcRailing",
    "C2010",
    "indicated",
    "it is named as a part of the stair",
    (f) => f.says("stair|staircase") && f.external !== true,
    "C1030",
  ),
  rule(
    "railing.external",
    "IfcRailing",
    "B2010",
    "settled",
    "it is external: balcony walls and handrails are exterior walls",
    (f) => f.external === true,
  ),
  rule(
    "railing.balcony",
    "IfcRailing",
    "B2010",
    "indicated",
    "it is named as a part of a balcony",
    (f) => f.says("balcony|terrace"),
    "C1010",
  ),
  rule(
    "railing.handrail",
    "IfcRailing",
    "C1030",
    "indicated",
    "handrails inside that belong to no stair are fittings",
    (f) => f.is("HANDRAIL") && f.external === false,
    "C2010",
  ),
  rule(
    "railing.balustrade",
    "IfcRailing",
    "C1010",
    "indicated",
    "interior balustrades are partitions",
    (f) => f.is("BALUSTRADE", "GUARDRAIL") && f.external === false,
    "C2010",
  ),
];

export const enclosureFallbacks: readonly Fallback[] = [
  fallback(
    "IfcWall",
    "whether it is external or inside is not said (IsExternal), nor do words",
    "B2010 C1010 B1010 A2020",
  ),
  fallback(
    "IfcDoor",
    "whether it is external or inside is not said (IsExternal), nor do words",
    "B2030 C1020",
  ),
  fallback(
    "IfcRailing",
    "whether it belongs to a stair, a balcony or a room is not said",
    "B2010 C1010 C1030 C2010",
  ),
  fallback("IfcShadingDevice", "it is said to be inside", "C1030 E2010"),
  fallback("IfcChimney", "a chimney is masonry, a flue or a structure, which is not said", "B2010 D3020"),
];
