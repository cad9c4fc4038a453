// Writes a report of sample data, for work on the page: node dist/bench/test/report/write-sample-report.js FOLDER.
// All its figures are random numbers.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeReport } from '../../report/write-report.ts';
import { sampleResults } from './sample-results.ts';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('The folder is missing.');
const results = sampleResults();
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'results.json'), JSON.stringify(results));
process.stdout.write(`${await writeReport(results, folder)}\n`);
