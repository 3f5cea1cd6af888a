/**
 * The entities of IFC2x3, IFC4 and IFC4.3 that are elements of a building or its site, or spaces, by the spelling of IFC; a
 * STEP file writes them in upper case. Grids, annotations, openings and ports are not classified and so not here, nor are
 * reinforcement and fasteners, which belong to the element that they are in.
 */
const NAMES = `
IfcBeam IfcBeamStandardCase IfcBearing IfcBuildingElementPart IfcBuildingElementProxy IfcBuiltElement IfcChimney IfcColumn
IfcColumnStandardCase IfcCourse IfcCovering IfcCurtainWall IfcDeepFoundation IfcCaissonFoundation IfcDoor
IfcDoorStandardCase IfcEarthworksFill IfcEarthworksCut IfcFooting IfcKerb IfcMember IfcMemberStandardCase IfcPavement IfcPile IfcPlate
IfcPlateStandardCase IfcRailing IfcRamp IfcRampFlight IfcRoof IfcShadingDevice IfcSlab IfcSlabElementedCase
IfcSlabStandardCase IfcStair IfcStairFlight IfcWall IfcWallElementedCase IfcWallStandardCase IfcWindow
IfcWindowStandardCase IfcElementAssembly
IfcFurnishingElement IfcFurniture IfcSystemFurnitureElement IfcTransportElement IfcGeographicElement IfcCivilElement
IfcDistributionElement IfcDistributionFlowElement IfcDistributionControlElement IfcDistributionChamberElement
IfcEnergyConversionDevice IfcFlowController IfcFlowFitting IfcFlowMovingDevice IfcFlowSegment IfcFlowStorageDevice
IfcFlowTerminal IfcFlowTreatmentDevice IfcElectricDistributionPoint IfcElectricalElement IfcEquipmentElement
IfcActuator IfcAirTerminal IfcAirTerminalBox IfcAirToAirHeatRecovery IfcAlarm IfcAudioVisualAppliance IfcBoiler IfcBurner
IfcCableCarrierFitting IfcCableCarrierSegment IfcCableFitting IfcCableSegment IfcChiller IfcCoil
IfcCommunicationsAppliance IfcCompressor IfcCondenser IfcController IfcCooledBeam IfcCoolingTower IfcDamper IfcDuctFitting
IfcDuctSegment IfcDuctSilencer IfcElectricAppliance IfcElectricDistributionBoard IfcElectricFlowStorageDevice
IfcElectricGenerator IfcElectricMotor IfcElectricTimeControl IfcEngine IfcEvaporativeCooler IfcEvaporator IfcFan IfcFilter
IfcFireSuppressionTerminal IfcFlowInstrument IfcFlowMeter IfcHeatExchanger IfcHumidifier IfcInterceptor IfcJunctionBox
IfcLamp IfcLightFixture IfcMedicalDevice IfcMotorConnection IfcOutlet IfcPipeFitting IfcPipeSegment IfcProtectiveDevice
IfcProtectiveDeviceTrippingUnit IfcPump IfcSanitaryTerminal IfcSensor IfcSolarDevice IfcSpaceHeater
IfcStackTerminal IfcSwitchingDevice IfcTank IfcTransformer IfcTubeBundle IfcUnitaryControlElement IfcUnitaryEquipment
IfcValve IfcWasteTerminal
IfcSpace
`;

/** Upper case → spelling. */
const BY_STEP_NAME: ReadonlyMap<string, string> = new Map(
  NAMES.trim()
    .split(/\s+/)
    .map((name) => [name.toUpperCase(), name]),
);

/** The spelling of an element's entity, or `undefined` for one that is no element. */
export function elementClassOf(stepName: string): string | undefined {
  return BY_STEP_NAME.get(stepName);
}

/** The spelling of an element type's entity: IFCWALLTYPE, and the two styles of IFC2x3. */
export function typeClassOf(stepName: string): string | undefined {
  const suffix = stepName.endsWith("TYPE") ? "Type" : stepName.endsWith("STYLE") ? "Style" : null;
  if (suffix === null) return undefined;
  const base = BY_STEP_NAME.get(stepName.slice(0, -suffix.length));
  return base === undefined ? undefined : base + suffix;
}

/** Number of the attribute that holds the predefined type, counted from 0. Every other class has it right after Tag. */
const PREDEFINED_AT: Readonly<Record<string, number>> = {
  IfcDoor: 10,
  IfcDoorStandardCase: 10,
  IfcWindow: 10,
  IfcWindowStandardCase: 10,
  IfcStairFlight: 12,
  IfcElementAssembly: 9,
  IfcSpace: 9,
};

/** Where an element has its predefined type. */
export function predefinedTypeAt(ifcClass: string): number {
  return PREDEFINED_AT[ifcClass] ?? 8;
}

/** Entities that stand in the place of elements but are none that is classified: counted, not read. */
export function isLeftOut(stepName: string): boolean {
  return LEFT_OUT.has(stepName);
}

const LEFT_OUT = new Set(
  (
    "IFCOPENINGELEMENT IFCOPENINGSTANDARDCASE IFCVOIDINGFEATURE IFCPROJECTIONELEMENT IFCSURFACEFEATURE IFCVIRTUALELEMENT " +
    "IFCANNOTATION IFCGRID IFCDISTRIBUTIONPORT IFCREINFORCINGBAR IFCREINFORCINGMESH IFCTENDON IFCTENDONANCHOR IFCTENDONCONDUIT " +
    "IFCFASTENER IFCMECHANICALFASTENER IFCDISCRETEACCESSORY IFCVIBRATIONISOLATOR IFCVIBRATIONDAMPER IFCSIGN IFCSIGNAL"
  ).split(" "),
);
