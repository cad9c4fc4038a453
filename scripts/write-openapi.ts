// Writes openapi.json from the schemas of the routes. --check only checks that the file is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { packageRoot } from '../src/package.ts';

/** The committed document is that of a secured service. */
const WITH_AUTH = { AUTH: 'on', AUTH_ISSUER: 'https://issuer.example.com', AUTH_AUDIENCE: 'setlist' };

const file = join(packageRoot, 'openapi.json');
const app = await buildApp(readConfig(WITH_AUTH), { connect: false });
const document = `${JSON.stringify(app.swagger(), null, 2)}\n`;
await app.close();

if (!process.argv.includes('--check')) {
  writeFileSync(file, document);
} else if (readFileSync(file, 'utf8') !== document) {
  console.error('openapi.json is out of date: run `npm run openapi` and commit it.');
  process.exit(1);
}
