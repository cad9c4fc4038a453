import fc from 'fast-check';
import t, { type Test } from 'tap';
import { song } from '../../schemas/song.ts';
import { csvHeader, csvRows } from '../../src/transfer/csv.ts';
import { LineParser, type ParsedBatch } from '../../src/transfer/line-parser.ts';
import { type Format, MalformedImport } from '../../src/transfer/parser-options.ts';

const FIELDS = ['song', 'artist', 'year'];
const NOTHING = { bytes: 0, digest: null };

const parserOf = (
  format: Format,
  {
    processed = NOTHING,
    batchSize = 1_000,
  }: { processed?: { bytes: number; digest: Uint8Array | null }; batchSize?: number } = {},
) =>
  new LineParser({
    format,
    create: JSON.parse(JSON.stringify(song.schemas.create)),
    fields: Object.entries(song.fields).map(([name, { valueSchema, isNullable, isOptional }]) => ({
      name,
      schema: { type: valueSchema.type },
      isNullable,
      isOptional,
    })),
    ignored: ['id', 'createdAt'],
    processed,
    batchSize,
  });

/** Parses a body that arrives in pieces of this size. */
function parse(
  format: Format,
  body: string | Buffer,
  {
    pieces = 10_000,
    ...options
  }: { pieces?: number; processed?: { bytes: number; digest: Uint8Array | null }; batchSize?: number } = {},
): ParsedBatch[] {
  const parser = parserOf(format, options);
  const bytes = Buffer.from(body);
  const batches: ParsedBatch[] = [];
  for (let at = 0; at < bytes.length; at += pieces) {
    parser.push(bytes.subarray(at, at + pieces));
    batches.push(...parser.batches());
  }
  parser.end();
  return [...batches, ...parser.lastBatches()];
}

const rowsOf = (batches: readonly ParsedBatch[]) => batches.flatMap(({ rows }) => rows);
const itemsOf = (batches: readonly ParsedBatch[]) => rowsOf(batches).map(({ item }) => item);
const failuresOf = (batches: readonly ParsedBatch[]) => batches.flatMap(({ failures }) => failures);

/** The error of a body that cannot be imported. */
function malformed(t: Test, format: Format, body: string | Buffer, expected: Partial<MalformedImport>): void {
  try {
    parse(format, body);
    t.fail('it was parsed');
  } catch (error) {
    t.match(error, expected);
  }
}

t.test('CSV becomes rows, with the numbers of their lines', async (t) => {
  const batches = parse(
    'csv',
    '\uFEFFartist,song,year\r\n"a ""b""",x,2016\r\n\r\nc,"y\r\nz",\r\n,w,7\r\nd,v,x\r\ne,u,1,2\r\n',
  );
  t.same(rowsOf(batches), [
    { line: 2, item: { artist: 'a "b"', song: 'x', year: 2016 } },
    { line: 4, item: { artist: 'c', song: 'y\r\nz', year: null } },
  ]);
  t.match(failuresOf(batches), [
    { line: 6, code: 'validation_failed', details: [{ loc: ['body', 'artist'], type: 'string_too_short' }] },
    {
      line: 7,
      code: 'validation_failed',
      details: [{ loc: ['body', 'year'], type: 'int_type', input: 'x' }],
    },
    { line: 8, code: 'malformed_csv', message: 'The record has 4 values instead of 3' },
  ]);
});

t.test('JSON lines become rows; a broken line does not end the import', async (t) => {
  const lines = [
    '\uFEFF{"song":"a","artist":"b"}',
    '',
    '{"song":"c","artist":"d","year":null,"id":7,"createdAt":"x"}',
    '[1]',
    '{"song":',
    '{"song":"\\ud800","artist":"b"}',
    '{"song":"a","artist":"b","x":1}',
  ];
  const batches = parse(
    'ndjson',
    Buffer.concat([Buffer.from(`${lines.join('\r\n')}\n`), Buffer.from([0xff])]),
  );
  t.same(rowsOf(batches), [
    { line: 1, item: { song: 'a', artist: 'b' } },
    { line: 3, item: { song: 'c', artist: 'd', year: null } },
  ]);
  t.same(
    failuresOf(batches).map(({ line, code, message }) => [line, code, message]),
    [
      [4, 'validation_failed', 'Validation failed'],
      [5, 'malformed_json', 'JSON decode error'],
      [6, 'malformed_json', 'Unpaired surrogate in a string'],
      [7, 'validation_failed', 'Validation failed'],
      [8, 'malformed_json', 'The line is not valid UTF-8'],
    ],
  );
});

t.test('a body that cannot be read is malformed, with the number of the line', async (t) => {
  const csv = (body: string | Buffer, message: string, line = 1) =>
    malformed(t, 'csv', body, { code: 'malformed_csv', message, line });
  csv('', 'The header is missing');
  csv('song,titel\n', 'The column "titel" is unknown');
  csv('song,song\n', 'The column "song" is repeated');
  csv('song,year\n', 'The column "artist" is missing');
  csv('song,artist\n"a,b\n', 'A quote is not closed', 2);
  csv('song,artist\n"a"b,c\n', 'A quote is followed by other characters than a delimiter', 2);
  csv('song,artist\na"b,c\n', 'A quote opens inside a value', 2);
  csv(Buffer.from('song,artist\nBj\xf6rk,b\n', 'latin1'), 'The body is not valid UTF-8');
  const long = 'x'.repeat(1_100_000);
  malformed(t, 'ndjson', `{"song":"a","artist":"b"}\n${long}`, { code: 'line_too_long', line: 2 });
  malformed(t, 'csv', `song,artist\n${long}`, { line: 2 });
});

t.test('the rows before a malformed record are valid', async (t) => {
  const parser = parserOf('csv');
  t.throws(() => parser.push(Buffer.from('song,artist\na,b\nc"d,e\n')));
  t.same(itemsOf(parser.lastBatches()), [{ song: 'a', artist: 'b' }]);
});

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'=+-@\'", \t\r\n'),
    fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme' }),
  ),
  minLength: 1,
  maxLength: 12,
});
const songs = fc.array(
  fc.record({
    song: text.filter((value) => !value.includes('\0')),
    artist: text.filter((value) => !value.includes('\0')),
    year: fc.option(fc.integer({ min: -2_147_483_647, max: 2_147_483_647 })),
  }),
  { maxLength: 8 },
);

t.test('an export is imported unchanged, however it is divided into pieces and batches', async () => {
  fc.assert(
    fc.property(
      songs,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 5 }),
      (items, pieces, batchSize) => {
        const csv = csvHeader(FIELDS) + csvRows(FIELDS, items);
        const ndjson = items.map((item) => `${JSON.stringify(item)}\n`).join('');
        for (const batches of [
          parse('csv', csv, { pieces, batchSize }),
          parse('ndjson', ndjson, { pieces, batchSize }),
        ]) {
          if (failuresOf(batches).length > 0) throw new Error(JSON.stringify(failuresOf(batches)));
          if (JSON.stringify(itemsOf(batches)) !== JSON.stringify(items))
            throw new Error(JSON.stringify(itemsOf(batches)));
        }
      },
    ),
    { numRuns: 200 },
  );
});

t.test('no text of an export is a formula', async (t) => {
  for (const formula of ['=1+1', ' =1+1', '+1', '-1+2', '@SUM(A1)', '\t=1', '\r=1', '＝1', "'=1"])
    t.match(csvRows(['song'], [{ song: formula }]), /^"?'/, formula);
  t.equal(csvRows(['song', 'year'], [{ song: 'a=1', year: -1 }]), 'a=1,-1\r\n', 'numbers are not changed');
});

t.test('an import continues after each of its batches', async (t) => {
  const body = `song,artist\n${Array.from({ length: 9 }, (_, n) => `s${n},"a\n${n}"\n`).join('')}`;
  const all = parse('csv', body, { batchSize: 2 });
  for (const [index, { bytes, digest }] of all.entries()) {
    const rest = parse('csv', body, { batchSize: 2, processed: { bytes, digest }, pieces: 7 });
    t.same(rowsOf(rest), rowsOf(all.slice(index + 1)));
    t.same(rest.at(-1)?.lines, all.at(-1)?.lines);
  }
});

t.test('an import does not continue with another body', async (t) => {
  const [first] = parse('csv', 'song,artist\na,b\nc,d\n', { batchSize: 1 });
  const processed = { bytes: first?.bytes ?? 0, digest: first?.digest ?? null };
  for (const body of ['song,artist\nx,b\nc,d\n', 'song,artist\n', 'song,artist\naaaa,b\nc,d\n']) {
    t.throws(() => parse('csv', body, { processed }), { code: 'other_content' }, body);
  }
});

t.test('no bytes cause another failure than a malformed import', async () => {
  const fragments = [
    'song,artist,year\n',
    '"',
    ',',
    '\n',
    '\r',
    '{"song":"a"',
    '}',
    '\0',
    '\ufeff',
    '=1',
    '[',
    'null',
  ];
  const piece = fc.oneof(
    fc.constantFrom(...fragments).map((fragment) => Buffer.from(fragment)),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(
      fc.constantFrom<Format>('csv', 'ndjson'),
      fc.array(piece, { maxLength: 20 }),
      fc.integer({ min: 1, max: 9 }),
      (format, parts, pieces) => {
        try {
          const batches = parse(format, Buffer.concat(parts), { pieces });
          const lines = failuresOf(batches).map(({ line }) => line);
          if (new Set(lines).size !== lines.length) throw new Error(`Lines are repeated: ${lines}`);
        } catch (error) {
          if (!(error instanceof MalformedImport)) throw error;
        }
      },
    ),
    { numRuns: 300 },
  );
});
