// Compiles the service into dist/. With --if-stale, only if dist/ is older than the sources: `npm start` runs it each
// time, and needs no compiler if dist/ is up to date.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inRoot = (/** @type {string[]} */ ...path) => join(root, ...path);
const stamp = inRoot('dist', '.built');
const sources = [
  'src',
  'schemas',
  'scripts/build.mjs',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

if (!process.argv.includes('--if-stale') || isStale()) build();

function build() {
  const compiler = inRoot('node_modules', 'typescript', 'bin', 'tsc');
  if (!existsSync(compiler)) {
    console.error('The service is not compiled, and the compiler is not installed: run npm ci first.');
    process.exit(1);
  }
  console.error('Building…');
  for (const folder of ['src', 'schemas', 'public'])
    rmSync(inRoot('dist', folder), { recursive: true, force: true });
  execFileSync(process.execPath, [compiler, '-p', inRoot('tsconfig.build.json')], { stdio: 'inherit' });
  cpSync(inRoot('src', 'docs', 'pages'), inRoot('dist', 'public'), { recursive: true });
  copyRedoc();
  copySwaggerUi();
  compressPages();
  writeFileSync(stamp, '');
}

/** The files of Swagger UI that its page loads. */
function copySwaggerUi() {
  const files = ['index.css', 'swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js', 'swagger-ui.css'];
  for (const file of files) {
    const source = inRoot('node_modules', '@fastify', 'swagger-ui', 'static', file);
    cpSync(source, inRoot('dist', 'public', 'swagger-ui', file));
  }
}

/**
 * Compresses the files of the docs pages, so that the service never does, and writes `versions.json`: a hash of each file, which
 * is a part of its URL. Brotli's best quality takes 13 times as long (5.4 instead of 0.4 s for Swagger UI) for files that are 9 % smaller.
 */
function compressPages() {
  const folder = inRoot('dist', 'public');
  /** @type {Record<string, string>} */
  const versions = {};
  const files = readdirSync(folder, { encoding: 'utf8', recursive: true });
  for (const name of files.filter((file) => statSync(join(folder, file)).isFile())) {
    const content = readFileSync(join(folder, name));
    versions[name] = createHash('sha256').update(content).digest('hex').slice(0, 16);
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content, quality));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
  }
  writeFileSync(join(folder, 'versions.json'), JSON.stringify(versions));
}

function isStale() {
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  return sources.some((source) => existsSync(inRoot(source)) && newest(inRoot(source)) > built);
}

/** @returns {number} The modification time of the file, or of the newest entry in the folder. */
function newest(/** @type {string} */ path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(path).map((entry) => newest(join(path, entry))));
}

/**
 * Copies ReDoc's script without the image that it loads from another host: the docs pages are self-contained. ReDoc
 * hides an image that fails to load.
 */
function copyRedoc() {
  const image = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
  const bundle = readFileSync(inRoot('node_modules', 'redoc', 'bundles', 'redoc.standalone.js'), 'utf8');
  const local = bundle.replaceAll(image, 'data:,');
  if (local === bundle || local.includes('cdn.redoc.ly')) {
    throw new Error(`ReDoc loads other resources than ${image} from other hosts: check this release.`);
  }
  writeFileSync(inRoot('dist', 'public', 'redoc.standalone.js'), local);
}
