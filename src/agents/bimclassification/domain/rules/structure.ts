import { fallback, rule } from "./rule.ts";
import type { Fallback, Rule } from "./rule.ts";

const FRAME = "IfcColumn IfcBeam IfcMember IfcPlate";
const STAIRS = "IfcStair IfcStairFlight";
const OUTDOORS = "fire escape|exterior|external|outside";
const ROOF = "roof|rafter|purlin|ridge|truss";
const ON_GRADE = "on grade|ground bearing|on ground|ground slab|sog";

/** Substructure and superstructure: A10 to B10, and stairs. */
export const structureRules: readonly Rule[] = [
  rule(
    "footing.raft",
    "IfcFooting",
    "A1020",
    "indicated",
    "it is named a raft or mat, a special foundation",
    (f) => f.says("raft|mat|grade beam|caisson"),
  ),
  rule(
    "footing.special",
    "IfcFooting",
    "A1020",
    "settled",
    "grade beams and caissons are special foundations",
    (f) => f.is("FOOTING_BEAM", "CAISSON_FOUNDATION"),
    "A1010",
  ),
  rule(
    "footing.standard",
    "IfcFooting",
    "A1010",
    "settled",
    "pad and strip footings and pile caps are standard foundations",
    (f) => f.is("PAD_FOOTING", "STRIP_FOOTING", "PILE_CAP"),
  ),
  rule(
    "footing",
    "IfcFooting",
    "A1010",
    "assumed",
    "a footing is a standard foundation unless it says otherwise",
    undefined,
    "A1020",
  ),
  rule(
    "pile",
    "IfcPile IfcDeepFoundation IfcCaissonFoundation",
    "A1020",
    "settled",
    "piles and caissons are special foundations",
  ),

  rule("slab.base", "IfcSlab", "A1030", "settled", "its predefined type is BASESLAB", (f) =>
    f.is("BASESLAB"),
  ),
  rule(
    "slab.roof",
    "IfcSlab",
    "B1020",
    "settled",
    "its predefined type is ROOF",
    (f) => f.is("ROOF"),
    "B3010",
  ),
  rule(
    "slab.floor",
    "IfcSlab",
    "B1010",
    "settled",
    "its predefined type is FLOOR",
    (f) => f.is("FLOOR") && !f.says(ON_GRADE),
  ),
  rule("slab.landing", "IfcSlab", "C2010", "settled", "a landing belongs to the stair", (f) =>
    f.is("LANDING"),
  ),
  rule("slab.paving", "IfcSlab", "G2030", "settled", "its predefined type is SIDEWALK", (f) =>
    f.is("SIDEWALK"),
  ),
  rule("slab.road", "IfcSlab", "G2010", "settled", "its predefined type is one of roads", (f) =>
    f.is("APPROACH_SLAB", "PAVING", "WEARING"),
  ),
  rule(
    "slab.on-grade",
    "IfcSlab",
    "A1030",
    "indicated",
    "it is named a slab on grade",
    (f) => f.says(ON_GRADE),
    "B1010",
  ),
  rule("slab.named-paving", "IfcSlab", "G2030", "indicated", "it is named as paving for walking", (f) =>
    f.says("sidewalk|footpath|paver|paving"),
  ),
  rule(
    "slab.raft",
    "IfcSlab",
    "A1020",
    "indicated",
    "it is named a raft or mat foundation",
    (f) => f.says("raft|mat foundation"),
    "A1030",
  ),
  rule(
    "slab.named-roof",
    "IfcSlab",
    "B1020",
    "indicated",
    "it is named a roof",
    (f) => f.says("roof"),
    "B3010",
  ),
  rule(
    "slab.named-floor",
    "IfcSlab",
    "B1010",
    "indicated",
    "it is named a floor",
    (f) => f.says("floor|deck|balcony") && !f.says("roof"),
  ),
  rule(
    "slab",
    "IfcSlab",
    "B1010",
    "assumed",
    "a slab carries a floor unless it says otherwise",
    undefined,
    "A1030 B1020",
  ),

  rule(
    "frame.curtain-wall",
    "IfcMember IfcPlate",
    "B2020",
    "settled",
    "mullions and curtain panels are parts of a curtain wall",
    (f) => f.is("MULLION", "CURTAIN_PANEL"),
  ),
  rule(
    "frame.named-curtain-wall",
    "IfcMember IfcPlate",
    "B2020",
    "indicated",
    "it is named as a part of a curtain wall",
    (f) => f.external !== false && f.says("mullion|curtain wall|curtain panel|glazing|glazed panel"),
  ),
  rule("frame.rafter", "IfcMember IfcBeam", "B1020", "settled", "rafters and purlins carry the roof", (f) =>
    f.is("RAFTER", "PURLIN"),
  ),
  rule("frame.stringer", "IfcMember", "C2010", "settled", "a stringer belongs to the stair", (f) =>
    f.is("STRINGER"),
  ),
  rule(
    "frame.roof",
    FRAME,
    "B1020",
    "indicated",
    "it is named as a part of the roof",
    (f) => f.says(ROOF) || f.onStorey("roof"),
    "B1010",
  ),
  rule(
    "frame",
    FRAME,
    "B1010",
    "assumed",
    "columns, beams and members are the frame of the floors unless they say otherwise",
    undefined,
    "B1020",
  ),
  rule(
    "frame.bearing",
    "IfcColumn IfcBeam",
    "B1010",
    "indicated",
    "it bears load, and nothing names the roof",
    (f) => f.loadBearing === true && !f.says(ROOF) && !f.onStorey("roof"),
    "B1020",
  ),

  rule(
    "stair.external",
    STAIRS,
    "B1010",
    "settled",
    "it is external, and exterior stairs are floor construction",
    (f) => f.external === true,
    "G2030 C2010",
  ),
  rule("stair.internal", STAIRS, "C2010", "settled", "it is a stair inside", (f) => f.external === false),
  rule(
    "stair.fire-escape",
    STAIRS,
    "B1010",
    "indicated",
    "it is named as being outside, such as a fire escape",
    (f) => f.external === null && f.says(OUTDOORS),
    "C2010",
  ),
  rule(
    "stair",
    STAIRS,
    "C2010",
    "indicated",
    "stairs are inside unless they say otherwise",
    (f) => f.external === null && !f.says(OUTDOORS),
    "B1010",
  ),
  rule(
    "ramp",
    "IfcRamp IfcRampFlight",
    "B1010",
    "indicated",
    "ramps are floor construction",
    (f) => f.external !== true,
    "G2030",
  ),
  rule(
    "ramp.external",
    "IfcRamp IfcRampFlight",
    "G2030",
    "indicated",
    "it is external",
    (f) => f.external === true,
    "B1010",
  ),
  rule("bearing", "IfcBearing", "B1010", "assumed", "a bearing is a part of the structure"),
];

export const structureFallbacks: readonly Fallback[] = [
  fallback("IfcElementAssembly", "an assembly is what its parts are"),
  fallback("IfcBuildingElementPart", "a part is what its whole is"),
];
