// Fills the embedded database in a folder, the first argument, and prints which numbers requests may hold.
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { loadData } from './load-data.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Which folder?');
const app = await buildApp(readConfig({ DATA_DIR: folder }));
try {
  const loaded = await loadData({ query: (text) => app.pg.query(text) });
  process.stdout.write(`${JSON.stringify(loaded)}\n`);
} finally {
  await app.close();
}
