import type { Results } from '../lib/results.ts';

/**
 * Writes the report as a page. It loads the large generator on demand, which must not be in memory during measurements.
 *
 * @returns The path of the page; undefined after a failure, which is printed on standard error.
 */
export async function drawReport(results: Results, folder: string): Promise<string | undefined> {
  try {
    const { writeReport } = await import('../report/write-report.ts');
    return await writeReport(results, folder);
  } catch (error) {
    process.stderr.write(`The page cannot be created: ${error instanceof Error ? error.stack : error}\n`);
    return undefined;
  }
}
