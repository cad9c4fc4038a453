/** The part of Schemathesis' JSON report that is looked at. */
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

/** What one run of Schemathesis does. */
export interface Stage {
  phases: readonly string[];
  /** How many operations it must reach, of all; undefined where scenarios count instead. */
  reachesAll: boolean;
}

/**
 * Scenarios have a run of their own: what the phases before it created would still be known to it, and whether that
 * still exists depends on the scenarios before. Hypothesis gives up where the same requests have another outcome.
 */
export const STAGES: readonly Stage[] = [
  { phases: ['examples', 'coverage', 'fuzzing'], reachesAll: true },
  { phases: ['stateful'], reachesAll: false },
];

/** What a run must not have to show for itself, each in one sentence. */
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
