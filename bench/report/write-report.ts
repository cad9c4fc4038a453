import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Results } from '../lib/results.ts';
import { bundleAssets } from './bundle.ts';
import { buildReportModel } from './model/report-model.ts';
import { renderPage } from './view/page.ts';

/**
 * Writes `report.html`, a self-contained file, from the results.
 *
 * @returns The path of the page.
 * @throws {Error} if the folder is not writable.
 */
export async function writeReport(results: Results, folder: string): Promise<string> {
  const file = join(folder, 'report.html');
  await writeFile(file, renderPage(buildReportModel(results), await bundleAssets()));
  return file;
}
