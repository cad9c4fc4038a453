import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readRequest } from '../../../scripts/new/request.ts';
import { indexFiles, planOf } from '../../../scripts/new/tree.ts';
import { packageRoot } from '../../../src/package.ts';
import { temporaryFolder } from '../../support/database.ts';

/** The files that a command line asks for, by their paths. */
function planned(line: string, root = packageRoot): Record<string, string> {
  const { created, changed } = planOf(readRequest(line.split(' ')), root);
  return { ...created, ...changed };
}

const file = (files: Record<string, string>, path: RegExp): string =>
  Object.entries(files).find(([name]) => path.test(name))?.[1] ?? '';

/** A copy of what the generator reads. */
async function copy(t: Test): Promise<string> {
  const root = await temporaryFolder(t);
  for (const path of ['schemas', 'migrations', 'src/features', 'openapi.json']) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    cpSync(path, join(root, path), { recursive: true });
  }
  return root;
}

t.test('the files have the names of the resource', async (t) => {
  const names = Object.keys(planned('raritySpecimen name:string'));
  t.ok(names.includes('schemas/rarity-specimen.ts'));
  t.ok(names.includes('src/features/rarity-specimens/index.ts'));
  t.ok(names.includes('test/features/rarity-specimens/rarity-specimens.test.ts'));
  t.ok(names.some((name) => /^migrations\/\d{3}\.rarity-specimens\.sql$/.test(name)));
});

t.test('the declaration has each type, nullable or with a default', async (t) => {
  const text = file(
    planned('specimen name:string size:enum(s,l)?=s score:number? open:boolean=true id2:uuid'),
    /^schemas\/specimen/,
  );
  t.match(text, 'name: string({"minLength":1,"maxLength":200,');
  t.match(text, 'size: withDefault(nullable(oneOf(["s","l"],');
  t.match(text, 'score: nullable(number(');
  t.match(
    text,
    'open: withDefault(boolean({"description":"Whether the specimen is open.","examples":[false]}), true)',
  );
  t.match(text, 'sortable: ["name","score"]');
  t.match(text, 'fields: ["name"]', 'in which a search looks');
});

t.test('a resource that cannot be searched, sorted or filtered declares neither', async (t) => {
  const files = planned('reading value:number');
  t.notMatch(file(files, /^schemas\/reading/), 'searchable');
  t.notMatch(file(files, /^schemas\/reading/), 'filterable');
  t.notMatch(file(planned('flag open:boolean'), /^schemas\/flag/), 'sortable');
});

t.test('the checks of the table mirror the schema', async (t) => {
  const line =
    "specimen name:string?:2..80 note:text=it's size:enum(s,l) rows:integer:1.. score:number cost:number:..5 at:instant on2:date";
  const sql = file(planned(line), /^migrations\/.*specimens/);
  t.match(sql, 'name text COLLATE "C" CHECK (char_length(name) BETWEEN 2 AND 80)');
  t.match(sql, `note text COLLATE "C" NOT NULL DEFAULT 'it''s' CHECK (char_length(note) <= 2000)`);
  t.match(sql, `size text COLLATE "C" NOT NULL CHECK (size IN ('s', 'l'))`);
  t.match(sql, 'rows integer NOT NULL CHECK (rows >= 1)');
  t.match(sql, `score double precision NOT NULL CHECK (abs(score) < 'Infinity')`);
  t.match(sql, 'cost double precision NOT NULL CHECK (cost <= 5)');
  t.match(sql, 'at timestamptz(3) NOT NULL CHECK (at BETWEEN');
  t.match(sql, 'on2 date NOT NULL CHECK (on2 BETWEEN');
  t.match(sql, `ON specimens (coalesce(name, U&'\\+10FFFF'), id);`);
});

t.test('each sort order has an index, the first unique field that of its constraint', async (t) => {
  const sql = file(
    planned('specimen name:string hallId:uuid open:boolean --unique name,hallId'),
    /^migrations\/.*specimens/,
  );
  t.match(sql, 'CONSTRAINT specimens_name_hall_id_key UNIQUE (name, hall_id)');
  t.same(
    [...sql.matchAll(/INDEX IF NOT EXISTS (\w+)/g)].map(([, name]) => name),
    ['specimens_by_hall_id', 'specimens_by_creation', 'specimens_by_update'],
  );
});

t.test('a feature without unique fields has no conflict', async (t) => {
  t.notMatch(file(planned('specimen name:string'), /^src\/features\/specimens/), 'conflict');
  t.match(
    file(planned('specimen name:string --unique name'), /^src\/features\/specimens/),
    "defineError('specimen_exists', 409",
  );
});

t.test('the index files list what their folders hold', async (t) => {
  for (const [path, text] of Object.entries(indexFiles(packageRoot))) {
    const lines = (source: string) =>
      source
        .split('\n')
        .filter((line) => line !== '')
        .sort();
    t.same(lines(text), lines(readFileSync(path, 'utf8')), path);
  }
});

t.test('the index files list the new resource beside the others', async (t) => {
  const files = planned('specimen name:string');
  t.match(files['schemas/index.ts'], "import { specimen } from './specimen.ts';");
  t.match(
    files['schemas/index.ts'],
    /const resources: readonly AnyResource\[\] = \[.*\bsong\b.*\bspecimen\b.*\]/,
  );
  t.match(
    files['src/features/index.ts'],
    /const features: readonly Feature\[\] = \[.*\bsongs\b.*\bspecimens\b.*\]/,
  );
});

const clashes: Record<string, RegExp> = {
  'song name:string': /there is the path \/songs already/,
  'doc name:string': /there is the path \/docs already/,
  'songList name:string': /there is the model SongList already/,
  'health name:string --plural healths': /there is the model Health already/,
  'readiness name:string': /there is the model Readiness already/,
  'taskTotal name:string': /there is the table task_totals already/,
  'service name:string --plural service': /plural/,
  'servicing name:string --plural service': /there is the group of operations service already/,
  'query name:string': /there is the error InvalidQuery already/,
  'date day:date': /there is the function or constant date already/,
  'feature name:string': /there is the function or constant features already/,
  'resource name:string': /resources already/,
  'ref name:string': /schemas\/ref\.ts exists: nothing is overwritten/,
  [`${'a'.repeat(29)} ${'b'.repeat(40)}:string`]: /PostgreSQL would cut the name/,
};
for (const [line, reason] of Object.entries(clashes)) {
  t.test(`refuses "${line.slice(0, 60)}"`, async (t) => {
    t.throws(() => planned(line), { name: 'RequestError', message: reason });
  });
}

t.test('a folder of the same name is left alone', async (t) => {
  const root = await copy(t);
  mkdirSync(join(root, 'src/features/specimens'));
  t.throws(() => planned('specimen name:string', root), {
    message: /there is the folder src\/features\/specimens already/,
  });
});

t.test('a migration has the number behind the largest', async (t) => {
  const root = await copy(t);
  writeFileSync(join(root, 'migrations/041.other.sql'), '');
  t.ok(Object.keys(planned('specimen name:string', root)).includes('migrations/042.specimens.sql'));
});
