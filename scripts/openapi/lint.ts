// Lints openapi.json, or the given document, with external linters and our own checks. It fails on every finding, of any
// severity.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageRoot } from '../../src/package.ts';
import type { OpenApiDocument } from './checks/document.ts';
import { checks } from './checks/index.ts';
import { externalLinters, installLinters, lintFile } from './external-linters.ts';

const file = resolve(process.argv[2] ?? join(packageRoot, 'openapi.json'));
const document: OpenApiDocument = JSON.parse(readFileSync(file, 'utf8'));
let passed = 0;
let failed = 0;

function report(name: string, findings: string | undefined): void {
  if (findings === undefined) passed++;
  else failed++;
  console.log(findings === undefined ? `ok - ${name}` : `not ok - ${name}\n${findings}\n`);
}

for (const [name, check] of Object.entries(checks)) {
  const findings = check(document);
  report(name, findings.length === 0 ? undefined : findings.map((finding) => `  ${finding}`).join('\n'));
}
installLinters();
for (const linter of externalLinters) report(linter.name, lintFile(linter, file));

console.log(`# ${passed} passed, ${failed} failed`);
if (failed > 0) process.exit(1);
