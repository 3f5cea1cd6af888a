import { Problem } from "agents-apphost/kit";
import type { ProblemOptions } from "agents-apphost/kit";

/** A board cannot be used now. `seconds`: until when it says so; null where it says nothing. */
export class BoardUnavailable extends Problem {
  readonly seconds: number | null;

  constructor(message: string, options: Omit<ProblemOptions, "headers">, seconds: number | null) {
    super(503, message, { ...options, headers: { "retry-after": String(seconds ?? 30) } });
    this.seconds = seconds;
  }
}
