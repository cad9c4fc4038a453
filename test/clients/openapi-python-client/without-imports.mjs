// Writes the contract without imports: the generator has no bodies of text, such as CSV.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const document = JSON.parse(readFileSync('../../../openapi.json', 'utf8'));
for (const path of Object.keys(document.paths)) if (path.endsWith('/import')) delete document.paths[path];
mkdirSync('generated', { recursive: true });
writeFileSync('generated/openapi.json', JSON.stringify(document));
