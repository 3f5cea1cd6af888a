import { fallback, rule } from "./rule.ts";
import type { Facts } from "./facts.ts";
import type { Fallback, Rule } from "./rule.ts";

/** What runs in pipes tells by its system alone. */
const PIPED =
  "IfcPipeSegment IfcPipeFitting IfcValve IfcPump IfcFlowMeter IfcTank IfcFlowSegment IfcFlowFitting IfcFlowController IfcFlowMovingDevice IfcFlowStorageDevice";

const CABLE = "IfcCableSegment IfcCableFitting IfcCableCarrierSegment IfcCableCarrierFitting";

const SPRINKLER = "sprinkler|sprinkler system|fireprotection|fire sprinkler|wet pipe|dry pipe";
const STANDPIPE = "standpipe|fire hose|hose reel|hydrant";
const SANITARY = "sanitary|waste|soil|sewer|sewage|wastewater|drainage|vent|foul";
const RAIN = "rain|rainwater|storm|stormwater|roof drain";
const DOMESTIC =
  "domestic|potable|cold water|hot water|domesticcoldwater|domestichotwater|dcw|dhw|drinking water|water supply";
const HYDRONIC = "heating|chilled|chilledwater|hydronic|condenser|condenserwater|cooling|steam|glycol";

const fire = (f: Facts): boolean => f.inSystem(SPRINKLER) || f.inSystem(STANDPIPE);
/** Rain water drains too: the more telling word wins. */
const drains = (f: Facts): boolean => f.inSystem(SANITARY) && !f.inSystem(RAIN);

const piped: readonly Rule[] = [
  rule("piped.sprinkler", PIPED, "D4010", "indicated", "its system or name is one of sprinklers", (f) =>
    f.inSystem(SPRINKLER),
  ),
  rule("piped.standpipe", PIPED, "D4020", "indicated", "its system or name is one of standpipes", (f) =>
    f.inSystem(STANDPIPE),
  ),
  rule("piped.rain", PIPED, "D2040", "indicated", "its system or name is rain water", (f) =>
    f.inSystem(RAIN),
  ),
  rule("piped.sanitary", PIPED, "D2030", "indicated", "its system or name is waste water", drains),
  rule(
    "piped.hydronic",
    PIPED,
    "D3040",
    "indicated",
    "its system or name is heating or cooling",
    (f) => f.inSystem(HYDRONIC) && !f.inSystem("domestic|dhw|domestichotwater"),
  ),
  rule(
    "piped.domestic",
    PIPED,
    "D2020",
    "indicated",
    "its system or name is domestic water",
    (f) => f.inSystem(DOMESTIC) && !fire(f),
  ),
  rule("piped.fuel", "IfcTank IfcFlowStorageDevice", "D3010", "indicated", "it holds fuel", (f) =>
    f.inSystem("fuel|oil|diesel|fuel oil"),
  ),
];

const plumbing: readonly Rule[] = [
  rule("sanitary", "IfcSanitaryTerminal", "D2010", "settled", "sanitary terminals are plumbing fixtures"),
  rule("waste.roof", "IfcWasteTerminal", "D2040", "settled", "its predefined type is ROOFDRAIN", (f) =>
    f.is("ROOFDRAIN"),
  ),
  rule(
    "waste",
    "IfcWasteTerminal IfcStackTerminal",
    "D2030",
    "indicated",
    "floor drains and vents are sanitary waste",
    (f) => !f.is("ROOFDRAIN") && !f.inSystem(RAIN),
    "D2040",
  ),
  rule(
    "waste.rain",
    "IfcWasteTerminal IfcStackTerminal",
    "D2040",
    "indicated",
    "its system or name is rain water",
    (f) => f.inSystem(RAIN),
  ),
  rule(
    "interceptor",
    "IfcInterceptor",
    "D2090",
    "indicated",
    "interceptors are other plumbing systems",
    undefined,
    "D2030",
  ),
  rule(
    "fire.sprinkler",
    "IfcFireSuppressionTerminal",
    "D4010",
    "settled",
    "its predefined type is one of sprinklers",
    (f) => f.is("SPRINKLER", "SPRINKLERDEFLECTOR"),
  ),
  rule(
    "fire.standpipe",
    "IfcFireSuppressionTerminal",
    "D4020",
    "settled",
    "hoses, hydrants and inlets belong to the standpipes",
    (f) => f.is("HOSEREEL", "FIREHYDRANT", "BREECHINGINLET"),
  ),
  rule(
    "fire.named-sprinkler",
    "IfcFireSuppressionTerminal",
    "D4010",
    "indicated",
    "it is named a sprinkler",
    (f) => f.predefinedType === null && f.inSystem(SPRINKLER),
  ),
];

const hvac: readonly Rule[] = [
  rule("heat", "IfcBoiler IfcBurner", "D3020", "settled", "boilers and burners generate heat"),
  rule(
    "cold",
    "IfcChiller IfcCoolingTower IfcCondenser IfcEvaporativeCooler IfcEvaporator IfcCompressor",
    "D3030",
    "settled",
    "it generates cold",
  ),
  rule(
    "air",
    "IfcAirTerminal IfcAirTerminalBox IfcFan IfcDamper IfcDuctSegment IfcDuctFitting IfcDuctSilencer IfcFilter IfcCoil IfcHumidifier IfcHeatExchanger IfcAirToAirHeatRecovery IfcCooledBeam IfcTubeBundle",
    "D3040",
    "settled",
    "it distributes air, heat or cold",
  ),
  rule(
    "unit.air-handler",
    "IfcUnitaryEquipment",
    "D3040",
    "settled",
    "air handling units belong to the distribution",
    (f) => f.is("AIRHANDLER"),
  ),
  rule(
    "unit.package",
    "IfcUnitaryEquipment",
    "D3050",
    "settled",
    "its predefined type is one of package units",
    (f) => f.is("AIRCONDITIONINGUNIT", "SPLITSYSTEM", "ROOFTOPUNIT", "DEHUMIDIFIER"),
  ),
  rule(
    "unit.named-air-handler",
    "IfcUnitaryEquipment",
    "D3040",
    "indicated",
    "it is named an air handling unit",
    (f) => f.predefinedType === null && f.says("air handling|air handler|ahu"),
    "D3050",
  ),
  rule(
    "heater",
    "IfcSpaceHeater",
    "D3050",
    "indicated",
    "space heaters are terminal units",
    undefined,
    "D3040",
  ),
  rule(
    "solar",
    "IfcSolarDevice",
    "D3010",
    "indicated",
    "solar systems are energy supply",
    undefined,
    "D5090",
  ),
  rule(
    "control.fire",
    "IfcSensor",
    "D5030",
    "settled",
    "sensors of fire and smoke belong to the fire alarm",
    (f) => f.is("FIRESENSOR", "SMOKESENSOR", "HEATSENSOR"),
  ),
  rule(
    "control",
    "IfcActuator IfcController IfcFlowInstrument IfcUnitaryControlElement",
    "D3060",
    "indicated",
    "it controls or measures",
    undefined,
    "D5030",
  ),
  rule(
    "control.sensor",
    "IfcSensor",
    "D3060",
    "indicated",
    "it measures",
    (f) => !f.is("FIRESENSOR", "SMOKESENSOR", "HEATSENSOR"),
    "D5030",
  ),
];

const electrical: readonly Rule[] = [
  rule(
    "light.site",
    "IfcLightFixture IfcLamp",
    "G4020",
    "indicated",
    "it is named as a light of the site",
    (f) => f.says("site|street|bollard|parking lot|pole light"),
    "D5020",
  ),
  rule(
    "light",
    "IfcLightFixture IfcLamp",
    "D5020",
    "settled",
    "lights are lighting",
    (f) => !f.says("site|street|bollard|parking lot|pole light"),
  ),
  rule("outlet.power", "IfcOutlet", "D5020", "settled", "its predefined type is POWEROUTLET", (f) =>
    f.is("POWEROUTLET"),
  ),
  rule("outlet.data", "IfcOutlet", "D5030", "settled", "its predefined type is one of communications", (f) =>
    f.is("AUDIOVISUALOUTLET", "COMMUNICATIONSOUTLET", "DATAOUTLET", "TELEPHONEOUTLET"),
  ),
  rule(
    "switch",
    "IfcSwitchingDevice IfcJunctionBox IfcElectricTimeControl",
    "D5020",
    "indicated",
    "switches and boxes are branch wiring",
    undefined,
    "D5010",
  ),
  rule(
    "distribution",
    "IfcElectricDistributionBoard IfcElectricDistributionPoint IfcTransformer IfcProtectiveDevice IfcProtectiveDeviceTrippingUnit",
    "D5010",
    "settled",
    "it distributes electricity",
  ),
  rule(
    "emergency",
    "IfcElectricGenerator IfcElectricFlowStorageDevice",
    "D5090",
    "indicated",
    "generators and batteries are emergency power",
    undefined,
    "D5010",
  ),
  rule(
    "alarm",
    "IfcAlarm IfcCommunicationsAppliance",
    "D5030",
    "settled",
    "alarms and communications are one group",
  ),
  rule("cable.data", CABLE, "D5030", "indicated", "its system or name is one of communications", (f) =>
    f.inSystem("data|communication|telephone|network|fire alarm|security"),
  ),
  rule(
    "cable.power",
    CABLE,
    "D5010",
    "indicated",
    "its system or name is one of power",
    (f) => f.inSystem("power|feeder|busbar|bus bar|high voltage|low voltage"),
    "D5020",
  ),
];

export const serviceRules: readonly Rule[] = [...piped, ...plumbing, ...hvac, ...electrical];

export const serviceFallbacks: readonly Fallback[] = [
  fallback(
    PIPED,
    "which system it belongs to is not said",
    "D2020 D2030 D2040 D2090 D3010 D3040 D4010 D4020",
  ),
  fallback("IfcFireSuppressionTerminal", "what it suppresses fire with is not said", "D4010 D4020 D4090"),
  fallback("IfcUnitaryEquipment", "which unit it is is not said", "D3040 D3050"),
  fallback("IfcOutlet", "what comes out of it is not said", "D5020 D5030"),
  fallback(CABLE, "whether it carries power or data is not said", "D5010 D5020 D5030"),
  fallback(
    "IfcFlowTerminal IfcFlowTreatmentDevice IfcEnergyConversionDevice IfcDistributionElement IfcDistributionFlowElement IfcDistributionControlElement IfcDistributionChamberElement IfcElectricMotor IfcMotorConnection IfcEngine",
    "its class leaves open what it is, and it has no type that says it",
  ),
];
