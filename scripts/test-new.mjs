// Proves that a generated resource needs no manual edit: generates two resources in a copy of the tree, one of them with
// fields of all types, and runs the checks and tests that cover new resources.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const VENUE = ['venue', 'name:string:1..200', 'capacity:integer?', 'opened:date', '--unique', 'name'];
/** Some of the names have a meaning in SQL statements. */
const EXHIBIT = [
  'exhibit',
  ...['title:string:3..80', 'subtitle:string?', 'origin:string=Not known', 'nickname:string?:..5=x'],
  ...['notes:text:..400', 'history:text?:..300', "label:text:..300=It's new"],
  ...['place:integer:1..200', 'newPlace:integer?', 'row:integer=1', 'values:integer?:-5..5=-5'],
  ...['price:number:0..1000.5', 'weight:number?', 'ratio:number=0.5'],
  ...['loaned:boolean', 'insured:boolean?', 'fragile:boolean=false'],
  ...['shownOn:date', 'madeOn:date?', 'checkedOn:date=2026-01-01'],
  ...['arrivedAt:instant', 'soldAt:instant?', 'seenAt:instant=2026-01-01T00:00:00.000Z'],
  ...['hall:uuid', 'owner:uuid?', 'batch:uuid=0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35'],
  ...['kind:enum(painting,sculpture)', 'style:enum(old-fashioned,new)?', 'size:enum(s,m,l)=m'],
  ...['--unique', 'title,hall'],
];
const GENERATED = ['Venue', 'Exhibit'];
const TESTS = [
  'test/features/venues/venues.test.ts',
  'test/features/exhibits/exhibits.test.ts',
  'test/contract/responses.test.ts',
  'test/identity/access-matrix.test.ts',
  'test/contract/links.test.ts',
  'test/contract/events.test.ts',
  'test/openapi/plugin.test.ts',
  'test/http/body-limit.test.ts',
  'test/database/migrate.test.ts',
  'test/scripts/new/plan.test.ts',
  'test/acceptance/documents.test.ts',
];
/** The folders of installed packages; some may not exist. */
const INSTALLED = ['node_modules', 'bench/node_modules', 'scripts/openapi/linters/node_modules'];

const root = process.cwd();
const copy = mkdtempSync(join(tmpdir(), 'setlist-new-'));
let failed = 0;
let passed = 0;

try {
  copyTree();
  npm('run', 'new', '--', ...VENUE);
  npm('run', 'new', '--', ...EXHIBIT);
  refuses('run', 'new', '--', ...VENUE);
  run('npx', '--no', 'biome', 'check', 'schemas', 'src', 'test');
  npm('run', 'openapi:check');
  npm('run', 'lint:openapi');
  npm('run', 'openapi:diff');
  npm('test', '--', ...TESTS);
  const verbs = ['create', 'get', 'replace', 'update', 'delete'];
  const operations = GENERATED.flatMap((name) => [`list${name}s`, ...verbs.map((verb) => verb + name)]);
  const fuzz = ['--only', 'properties', '--database', 'server', '--seed', '1', '--examples', '20'];
  run('node', 'dist/test/fuzz/main.js', ...fuzz, '--operations', operations.join());
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`# ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function copyTree() {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  for (const file of new Set(files.split('\0'))) {
    if (file === '' || !existsSync(file)) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(file, join(copy, file));
  }
  for (const folder of INSTALLED)
    if (existsSync(folder)) symlinkSync(resolve(root, folder), join(copy, folder));
}

function npm(/** @type {string[]} */ ...args) {
  run('npm', ...args);
}

function run(/** @type {string} */ command, /** @type {string[]} */ ...args) {
  const { status } = spawnSync(command, args, { cwd: copy, stdio: 'inherit' });
  report(status === 0, [command, ...args]);
}

/** The command must fail and change nothing. */
function refuses(/** @type {string[]} */ ...args) {
  const { status, stderr } = spawnSync('npm', args, { cwd: copy, encoding: 'utf8' });
  report(status === 1 && /venue/.test(stderr), ['refused: npm', ...args]);
}

function report(/** @type {boolean} */ isFine, /** @type {string[]} */ command) {
  if (isFine) passed++;
  else failed++;
  const line = command.join(' ');
  console.log(`${isFine ? 'ok' : 'not ok'} - ${line.length > 100 ? `${line.slice(0, 100)}…` : line}`);
}
