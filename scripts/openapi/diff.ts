// Compares openapi.json with the document of the last release: prints the changelog, and fails on every breaking change
// without an approval. The arguments select other documents: base, revision, approvals.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package.ts';
import { type Approval, sortOut } from './approvals.ts';
import { breakingChanges, changelog, installOasdiff } from './oasdiff.ts';

const [
  base = join(packageRoot, 'contract', 'released.json'),
  revision = join(packageRoot, 'openapi.json'),
  approvalsFile = join(packageRoot, 'contract', 'approved-breaking-changes.json'),
] = process.argv.slice(2);

const approvals: Approval[] = JSON.parse(readFileSync(approvalsFile, 'utf8'));
try {
  installOasdiff();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

console.log(`${changelog(base, revision)}\n`);
const { approved, unapproved, problems } = sortOut(breakingChanges(base, revision), approvals);
for (const { change, reason } of approved) {
  console.log(`ok - ${change.operation} ${change.path}: ${change.text} [${change.id}], approved: ${reason}`);
}
for (const { operation, path, text, id } of unapproved) {
  console.log(`not ok - ${operation} ${path}: ${text} [${id}] breaks clients`);
}
for (const problem of problems) console.log(`not ok - ${problem}`);

const failed = unapproved.length + problems.length;
if (failed === 0) console.log('ok - no unapproved change breaks clients');
console.log(`# ${approved.length + (failed === 0 ? 1 : 0)} passed, ${failed} failed`);
if (failed > 0) process.exit(1);
