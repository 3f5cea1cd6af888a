import { fallback, rule } from "./rule.ts";
import type { Fallback, Rule } from "./rule.ts";

/** The site: G. */
export const siteRules: readonly Rule[] = [
  rule(
    "road",
    "IfcKerb IfcPavement IfcCourse",
    "G2010",
    "indicated",
    "kerbs and pavements are roadways",
    (f) => !f.says("sidewalk|footpath|pedestrian|parking"),
    "G2020 G2030",
  ),
  rule(
    "pedestrian",
    "IfcKerb IfcPavement IfcCourse",
    "G2030",
    "indicated",
    "it is named as paving for walking",
    (f) => f.says("sidewalk|footpath|pedestrian"),
  ),
  rule("parking", "IfcKerb IfcPavement IfcCourse", "G2020", "indicated", "it is named as parking", (f) =>
    f.says("parking"),
  ),
  rule(
    "earthwork",
    "IfcEarthworksFill IfcEarthworksCut",
    "G1030",
    "settled",
    "cuts and fills are site earthwork",
    undefined,
    "A2010",
  ),
  rule("terrain", "IfcGeographicElement", "G1030", "settled", "its predefined type is TERRAIN", (f) =>
    f.is("TERRAIN"),
  ),
  rule(
    "planting",
    "IfcGeographicElement",
    "G2050",
    "indicated",
    "it is planting",
    (f) => f.is("VEGETATION") || f.says("tree|plant|shrub|hedge|lawn"),
  ),
];

export const siteFallbacks: readonly Fallback[] = [
  fallback("IfcGeographicElement IfcCivilElement", "its class leaves open what it is"),
  fallback(
    "IfcBuildingElementProxy IfcBuiltElement IfcElectricalElement IfcEquipmentElement",
    "its class leaves open what it is, and it has no type that says it",
  ),
];
