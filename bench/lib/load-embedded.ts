// Fills the embedded database in the folder (first argument), and prints the numbers for requests.
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { loadData } from './load-data.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('The folder is missing.');
const app = await buildApp(readConfig({ DATA_DIR: folder }));
try {
  const loaded = await loadData({ query: (text) => app.pg.query(text) });
  process.stdout.write(`${JSON.stringify(loaded)}\n`);
} finally {
  await app.close();
}
