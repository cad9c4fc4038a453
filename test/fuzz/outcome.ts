/** The outcome of one run of a tier. */
export interface Outcome {
  /** The number of passed requests or test cases. */
  passed: number;
  failed: number;
  /** One line of figures. */
  summary: string;
  /** The full problems; empty if there are none. */
  problems: readonly string[];
}
