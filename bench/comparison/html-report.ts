import type { Results } from '../lib/results.ts';

/**
 * Draws the page to read. What draws it is loaded only now: it is large, and nothing of it may be in memory while
 * something is measured.
 *
 * @returns Its path; undefined where it cannot be drawn, which it says on standard error.
 */
export async function drawReport(results: Results, folder: string): Promise<string | undefined> {
  try {
    const { writeReport } = await import('../report/write-report.ts');
    return await writeReport(results, folder);
  } catch (error) {
    process.stderr.write(`The page cannot be drawn: ${error instanceof Error ? error.stack : error}\n`);
    return undefined;
  }
}
