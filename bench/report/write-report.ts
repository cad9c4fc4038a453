import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Results } from '../lib/results.ts';
import { bundleAssets } from './bundle.ts';
import { buildReportModel } from './model/report-model.ts';
import { renderPage } from './view/page.ts';
import { plot } from './view/plot.ts';

/**
 * Writes `report.html`, a self-contained file, from the results, and `plot.svg`, one picture of them.
 *
 * @returns The path of the page.
 * @throws {Error} if the folder is not writable.
 */
export async function writeReport(results: Results, folder: string): Promise<string> {
  const file = join(folder, 'report.html');
  const model = buildReportModel(results);
  await writeFile(file, renderPage(model, await bundleAssets()));
  const picture = plot(model);
  if (picture) await writeFile(join(folder, 'plot.svg'), picture.text);
  return file;
}
