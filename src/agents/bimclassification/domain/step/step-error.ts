/** Where something stands in a file, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A STEP file breaks a rule of ISO 10303-21 or of the IFC schema. The first one ends the reading. */
export class StepError extends Error {
  override readonly name = "StepError";
  readonly line: number;
  readonly column: number;

  constructor(message: string, { line, column }: Position) {
    super(message);
    this.line = line;
    this.column = column;
  }
}
