import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readRequest } from '../../../scripts/new/request.ts';
import { indexFiles, planOf } from '../../../scripts/new/tree.ts';
import { packageRoot } from '../../../src/package.ts';
import { temporaryFolder } from '../../support/database.ts';

/** The planned files of a command line, by path. */
function planned(line: string, root = packageRoot): Record<string, string> {
  const { created, changed } = planOf(readRequest(line.split(' ')), root);
  return { ...created, ...changed };
}

const file = (files: Record<string, string>, path: RegExp): string =>
  Object.entries(files).find(([name]) => path.test(name))?.[1] ?? '';

/** A copy of the files that the generator reads. */
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
  t.ok(names.includes('test/features/rarity-specimens/provocations.ts'));
  t.ok(names.some((name) => /^migrations\/\d{3}\.rarity-specimens\.sql$/.test(name)));
});

t.test('the declaration supports each type, nullable and with a default', async (t) => {
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
  t.match(text, 'fields: ["name"]', 'the fields of searches');
});

t.test('a resource without fields for searches, sort keys or filters declares none of them', async (t) => {
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

t.test('each sort key has an index; the first unique field uses the index of its constraint', async (t) => {
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

t.test('the index files list the contents of their folders', async (t) => {
  for (const [path, text] of Object.entries(indexFiles(packageRoot))) {
    // The linter breaks lists that are longer than a line, and sorts imports.
    const words = (source: string) =>
      source
        .split(/[\s,;[\]]+/)
        .filter(Boolean)
        .sort();
    t.same(words(text), words(readFileSync(path, 'utf8')), path);
  }
});

t.test('the index files also list the new resource', async (t) => {
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
  'song name:string': /the path \/songs exists/,
  'doc name:string': /the path \/docs exists/,
  'songList name:string': /the model SongList exists/,
  'health name:string --plural healths': /the model Health exists/,
  'readiness name:string': /the model Readiness exists/,
  'taskTotal name:string': /the table task_totals exists/,
  'service name:string --plural service': /plural/,
  'servicing name:string --plural service': /the group of operations service exists/,
  'query name:string': /the error InvalidQuery exists/,
  'date day:date': /the function or constant date exists/,
  'feature name:string': /the function or constant features exists/,
  'resource name:string': /resources exists/,
  'ref name:string': /schemas\/ref\.ts exists: no file was changed/,
  [`${'a'.repeat(29)} ${'b'.repeat(40)}:string`]: /PostgreSQL would truncate the name/,
};
for (const [line, reason] of Object.entries(clashes)) {
  t.test(`refuses "${line.slice(0, 60)}"`, async (t) => {
    t.throws(() => planned(line), { name: 'RequestError', message: reason });
  });
}

t.test('a folder with the same name is not overwritten', async (t) => {
  const root = await copy(t);
  mkdirSync(join(root, 'src/features/specimens'));
  t.throws(() => planned('specimen name:string', root), {
    message: /the folder src\/features\/specimens exists/,
  });
});

t.test('the migration gets the next number', async (t) => {
  const root = await copy(t);
  writeFileSync(join(root, 'migrations/041.other.sql'), '');
  t.ok(Object.keys(planned('specimen name:string', root)).includes('migrations/042.specimens.sql'));
});
