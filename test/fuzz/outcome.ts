/** What one run of a tier came to. */
export interface Outcome {
  /** Requests, or test cases, that met every expectation. */
  passed: number;
  failed: number;
  /** One line of figures. */
  summary: string;
  /** What is wrong, in full; empty where nothing is. */
  problems: readonly string[];
}
