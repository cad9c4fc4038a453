// Takes ReDoc's page script out of a release and puts it into vendor/redoc: the package itself would install more than
// a hundred others, none of which the script needs. Without a version it takes the one that is there; with --check it
// writes nothing and fails when the files there are not those of the release.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The one picture that the page script loads from elsewhere. ReDoc hides a picture that cannot be shown. */
const PICTURE = 'https://cdn.redoc.ly/redoc/logo-mini.svg';

const folder = join(import.meta.dirname, '..', 'vendor', 'redoc');
const isCheck = process.argv.includes('--check');
const version =
  process.argv.slice(2).find((argument) => !argument.startsWith('--')) ??
  JSON.parse(readFileSync(join(folder, 'release.json'), 'utf8')).version;

const temporary = mkdtempSync(join(tmpdir(), 'setlist-redoc-'));
try {
  const files = filesOf(version);
  if (isCheck) compare(files);
  else for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

/** @returns {Record<string, string>} The text of each file of vendor/redoc, as this version gives it. */
function filesOf(/** @type {string} */ version) {
  // npm compares the archive with the integrity that the registry publishes.
  const packed = execFileSync('npm', ['pack', `redoc@${version}`, '--json', '--pack-destination', temporary]);
  const [{ filename, integrity }] = JSON.parse(packed.toString());
  execFileSync('tar', ['-xzf', join(temporary, filename), '-C', temporary]);
  const read = (/** @type {string[]} */ ...path) => readFileSync(join(temporary, 'package', ...path), 'utf8');
  return {
    'release.json': `${JSON.stringify({ name: 'redoc', version, integrity }, null, 2)}\n`,
    'redoc.standalone.js': withoutPicture(read('bundles', 'redoc.standalone.js')),
    'redoc.standalone.js.LICENSE.txt': read('bundles', 'redoc.standalone.js.LICENSE.txt'),
    LICENSE: read('LICENSE'),
  };
}

/** The docs pages load nothing from elsewhere. */
function withoutPicture(/** @type {string} */ bundle) {
  const local = bundle.replaceAll(PICTURE, 'data:,');
  if (local === bundle || local.includes('cdn.redoc.ly'))
    throw new Error(`ReDoc no longer loads just ${PICTURE} from elsewhere: look at what this release loads.`);
  return local;
}

function compare(/** @type {Record<string, string>} */ files) {
  const changed = Object.entries(files).filter(
    ([name, text]) => readFileSync(join(folder, name), 'utf8') !== text,
  );
  for (const [name] of changed) console.error(`vendor/redoc/${name} is not what redoc ${version} holds.`);
  if (changed.length > 0) process.exitCode = 1;
  else console.log(`vendor/redoc is redoc ${version}.`);
}
