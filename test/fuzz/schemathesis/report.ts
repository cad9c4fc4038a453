/** The checked parts of Schemathesis' JSON report. */
export interface Report {
  stop_reason: string;
  complete: boolean;
  operations: { total: number; tested: number; errored: number; skipped: number };
  phases: Readonly<Record<string, { status: string }>>;
  test_cases: { generated: number; with_failures: number; errored: number };
  failures: readonly { title: string; operations: readonly string[] }[];
  errors: readonly unknown[];
  warnings: Readonly<Record<string, readonly unknown[]>>;
}

/** A run of Schemathesis. */
export interface Stage {
  phases: readonly string[];
  /** The required number of tested operations; undefined if scenarios count instead. */
  reachesAll: boolean;
}

/**
 * Scenarios have a separate run: otherwise they would use resources of earlier phases, which other scenarios may delete.
 * Hypothesis stops if equal requests have another outcome.
 */
export const STAGES: readonly Stage[] = [
  { phases: ['examples', 'coverage', 'fuzzing'], reachesAll: true },
  { phases: ['stateful'], reachesAll: false },
];

/** The problems of a run, one sentence each. */
export function reportProblems(stage: Stage, report: Report, scenarios: number, examples: number): string[] {
  const { operations, phases, failures, errors, warnings } = report;
  const problems = failures.map(({ title, operations }) => `${title}: ${operations.join(', ')}`);
  problems.push(...errors.map((error) => `an error: ${JSON.stringify(error)}`));
  for (const [name, found] of Object.entries(warnings)) {
    if (found.length > 0) problems.push(`a warning, ${name}: ${JSON.stringify(found)}`);
  }
  for (const phase of stage.phases) {
    const status = phases[phase]?.status;
    if (status !== 'success') problems.push(`the phase ${phase} ended with ${status}`);
  }
  if (!report.complete) problems.push(`it stopped early: ${report.stop_reason}`);
  if (stage.reachesAll && operations.tested !== operations.total) {
    problems.push(`only ${operations.tested} of ${operations.total} operations were tested`);
  }
  if (!stage.reachesAll && scenarios < examples) {
    problems.push(`there were only ${scenarios} scenarios instead of ${examples}`);
  }
  return problems;
}
