// Writes the files of a new resource: npm run new -- venue name:string:1..200 'capacity:integer?' --unique name
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../src/package.ts';
import { RequestError } from './field.ts';
import { readRequest, USAGE } from './request.ts';
import { type Plan, planOf } from './tree.ts';

const args = process.argv.slice(2);
try {
  if (args.length === 0 || args.includes('--help')) console.log(USAGE);
  else make(args);
} catch (error) {
  if (!(error instanceof RequestError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function make(args: readonly string[]): void {
  const { isDryRun, ...resource } = readRequest(args);
  const { created, changed } = formatted(planOf(resource, packageRoot));
  if (isDryRun) {
    for (const [file, text] of Object.entries({ ...created, ...changed }))
      console.log(`--- ${file}\n${text}`);
    console.log('Nothing was written.');
    return;
  }
  write(created, changed);
  execFileSync('npm', ['run', '--silent', 'openapi'], { cwd: packageRoot, stdio: 'inherit' });

  const [declaration, migration, feature, test] = Object.keys(created);
  console.log(`Wrote
  ${declaration}: what clients see, from which the operations follow
  ${migration}: the table and its indexes
  ${feature}: the errors and the routes
  ${test}
Changed
  ${[...Object.keys(changed), 'openapi.json'].join('\n  ')}

Look at
- the descriptions and examples in ${declaration}: they were made from the names of the fields;
- what lists can be sorted, filtered and searched by, there, and the indexes in ${migration}: each sort order has one;
- ${migration} once more before it is released: afterwards, changes need another migration.
Then run npm run openapi and npm test -- ${test}, and add a line to CHANGELOG.md.`);
}

/** The same files, as the linter formats them and sorts their imports. */
function formatted({ created, changed }: Plan): Plan {
  const format = (files: Plan['created']) =>
    Object.fromEntries(
      Object.entries(files).map(([file, input]) => {
        if (!file.endsWith('.ts')) return [file, input];
        const command = ['--no', 'biome', 'check', '--write', `--stdin-file-path=${file}`];
        return [file, execFileSync('npx', command, { cwd: packageRoot, input, encoding: 'utf8' })];
      }),
    );
  return { created: format(created), changed: format(changed) };
}

/** Writes all files, or none of the new ones if one of them appeared meanwhile. */
function write(created: Plan['created'], changed: Plan['changed']): void {
  const written: string[] = [];
  try {
    for (const [file, text] of Object.entries(created)) {
      const path = join(packageRoot, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { flag: 'wx' });
      written.push(path);
    }
  } catch (error) {
    for (const path of written) rmSync(path);
    throw error;
  }
  for (const [file, text] of Object.entries(changed)) writeFileSync(join(packageRoot, file), text);
}
