import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import t, { type Test } from 'tap';

/** The rooms of src/, from top to bottom: each imports only rooms below it, and schemas/. */
const ROOMS = [
  ...[
    'features',
    'metrics',
    'tracing',
    'events',
    'transfer',
    'crud',
    'docs',
    'openapi',
    'identity',
    'limits',
  ],
  ...['background', 'http', 'validation', 'errors', 'database', 'logging'],
];
const ABOVE_ALL = ['app', 'config', 'environment', 'server'];

/** Lints the given files with the project's configuration, and returns the violated rule of each reported file. */
function reported(t: Test, files: Readonly<Record<string, string>>): Record<string, string> {
  const folder = t.testdir();
  for (const config of ['biome.json', 'biome.rooms.json', 'bench/biome.json', '.gitignore'])
    cpSync(config, join(folder, config));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const folders = [...new Set(Object.keys(files).map((file) => dirname(file).split('/')[0] ?? ''))];
  const { stdout } = spawnSync(
    resolve('node_modules/.bin/biome'),
    ['lint', '--reporter=github', '--max-diagnostics=none', ...folders],
    { cwd: folder, encoding: 'utf8' },
  );
  const errors = stdout.matchAll(/::error title=lint\/\w+\/(\w+),file=([^,]+)/g);
  return Object.fromEntries([...errors].map(([, rule = '', file = '']) => [file, rule]));
}

const importing = (specifier: string) => `import '${specifier}';\n`;

t.test('every folder of src/ is a room', async (t) => {
  const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  t.same(folders.map(({ name }) => name).sort(), ROOMS.toSorted());
});

t.test('an import upwards fails the linter, in every room', async (t) => {
  const climbs = ROOMS.flatMap((room, index) => [
    ...ROOMS.slice(0, index).map((above) => [`src/${room}/to-${above}.ts`, `../${above}/x.ts`] as const),
    ...ABOVE_ALL.map((above) => [`src/${room}/to-${above}.ts`, `../${above}.ts`] as const),
  ]);
  const files = Object.fromEntries([...climbs, ['schemas/to-src.ts', '../src/errors/x.ts'] as const]);
  const texts = Object.entries(files).map(([file, specifier]) => [file, importing(specifier)]);
  const expected = Object.keys(files).map((file) => [file, 'noRestrictedImports']);
  t.same(reported(t, Object.fromEntries(texts)), Object.fromEntries(expected));
});

t.test('an import downwards passes', async (t) => {
  const steps = ROOMS.flatMap((room, index) =>
    ROOMS.slice(index + 1).map((below) => [`src/${room}/to-${below}.ts`, importing(`../${below}/x.ts`)]),
  );
  t.same(reported(t, { 'schemas/x.ts': '', ...Object.fromEntries(steps) }), {});
});

t.test('only the benchmark lab imports the lab', async (t) => {
  const files = {
    'schemas/x.ts': importing('../bench/lib/x.ts'),
    'test/x.ts': importing('../bench/lib/x.ts'),
    'bench/test/x.ts': importing('../lib/x.ts'),
  };
  const expected = { 'schemas/x.ts': 'noRestrictedImports', 'test/x.ts': 'noRestrictedImports' };
  t.same(reported(t, files), expected);
});

t.test(
  'a part of the lab imports only bench/lib; the comparison also the conformance gate and the report',
  async (t) => {
    const parts = ['comparison', 'conformance', 'costs', 'report', 'self', 'lib'];
    const allowed = ['comparison to conformance', 'comparison to report'];
    const steps = parts.flatMap((from) =>
      parts.filter((to) => to !== from).map((to) => ({ file: `bench/${from}/to-${to}.ts`, from, to })),
    );
    const files = Object.fromEntries(steps.map(({ file, to }) => [file, importing(`../${to}/x.ts`)]));
    const climbs = steps.filter(({ from, to }) => to !== 'lib' && !allowed.includes(`${from} to ${to}`));
    const expected = Object.fromEntries(climbs.map(({ file }) => [file, 'noRestrictedImports']));
    t.same(reported(t, files), expected);
  },
);

t.test('an import cycle fails the linter, also between types', async (t) => {
  const circle = {
    'schemas/x.ts': '',
    'src/http/a.ts': `import type { B } from './b.ts';\n\nexport type A = B | 1;\n`,
    'src/http/b.ts': `import type { A } from './a.ts';\n\nexport type B = A | 2;\n`,
  };
  t.same(reported(t, circle), { 'src/http/a.ts': 'noImportCycles', 'src/http/b.ts': 'noImportCycles' });
});
