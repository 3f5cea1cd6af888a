/** A STEP file around the lines of its data section. */
export function stepFile(data: string, schema = "IFC4"): string {
  return `ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\nFILE_SCHEMA(('${schema}'));\nENDSEC;\nDATA;\n${data}\nENDSEC;\nEND-ISO-10303-21;\n`;
}

/** A GlobalId that ends with a number. */
export function globalId(number: number): string {
  return String(number).padStart(22, "0");
}
