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

  const [declaration, migration, feature, test, provocations] = Object.keys(created);
  console.log(`Wrote
  ${declaration}: the fields, descriptions and examples
  ${migration}: the table and its indexes
  ${feature}: the errors and the routes
  ${test}
  ${provocations}: how the tests cause its errors
Changed
  ${[...Object.keys(changed), 'openapi.json'].join('\n  ')}

Review
- the descriptions and examples in ${declaration}: they are derived from the names of the fields;
- its sort keys, filters and search fields, and the indexes in ${migration}: each sort key has one;
- ${migration} again before its release: later changes need a new migration.
Then run npm run openapi and npm test -- ${test}, and add a line to CHANGELOG.md.`);
}

/** Formats the files and sorts their imports with the linter. */
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

/** Writes all files, or no new file if one of them exists by now. */
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
