import t from 'tap';
import { containsText } from '../../src/crud/listing.ts';
import { createTask } from '../support/builders.ts';
import { startService } from '../support/service.ts';

const { app, call } = await startService(t);

/** Letters with a second case since Unicode 16 or 17, which PostgreSQL may not support. */
const RECENT = /[\u019b\u0264\u1c89\u1c8a\ua7cb-\ua7dc\u{10d50}-\u{10d85}\u{16ea0}-\u{16ed3}]/u;

/** All letters with a second case that PostgreSQL supports. */
const cased = Array.from({ length: 0x10ffff }, (_, index) => index + 1)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter(
    (character) =>
      (character.toLowerCase() !== character || character.toUpperCase() !== character) &&
      !RECENT.test(character),
  );

async function fold(texts: readonly string[]): Promise<string[]> {
  const { rows } = await app.pg.query(
    'SELECT setlist_fold(text) AS folded FROM unnest($1::text[]) WITH ORDINALITY AS given (text, place) ORDER BY place',
    [texts],
  );
  return rows.map(({ folded }) => folded);
}

const codePoints = (text: string) => [...text].map((character) => character.codePointAt(0)?.toString(16));

t.test('every letter of Unicode has one form for all its cases', async (t) => {
  t.ok(cased.length > 2700);
  const folded = await fold(cased);
  const lower = await fold(cased.map((character) => character.toLowerCase()));
  const upper = await fold(cased.map((character) => character.toUpperCase()));
  const differing = cased.filter((_, index) => {
    const form = folded[index];
    return form === '' || form !== lower[index] || form !== upper[index];
  });
  t.same(differing.map(codePoints), []);
});

t.test('a character has the same form at the beginning, inside and at the end of any text', async (t) => {
  const characters = [
    ...cased,
    '\u0301',
    '\u0345',
    '\u00ad',
    '\u200d',
    '\ufeff',
    '\ufffe',
    ' ',
    '.',
    '中',
    '🎵',
  ];
  const folded = await fold(characters);
  const texts: string[] = [];
  const expected: string[] = [];
  for (let start = 0; start < characters.length; start += 7) {
    texts.push(characters.slice(start, start + 7).join(''));
    expected.push(folded.slice(start, start + 7).join(''));
  }
  for (const character of ['Σ', 'σ', 'ς', 'ß', 'ẞ', 'İ', 'ı', 'i\u0307', '\ufeff', '\u0345', 'ǅ', '𐐀']) {
    const [form] = await fold([character]);
    for (const [before, after] of [
      ['', ''],
      ['', 'Αα'],
      ['Αα', ''],
      ['Αα', 'Αα'],
      ['Α\u0301', ' '],
      [' ', '.Α'],
    ] as const) {
      texts.push(`${before}${character}${after}`);
      expected.push((await fold([before, after])).join(form));
    }
  }
  const actual = await fold(texts);
  t.same(texts.filter((_, index) => actual[index] !== expected[index]).map(codePoints), []);
});

t.test('every part of a text finds it, as it is, in lower and in upper case', async (t) => {
  const texts = [
    'ΟΔΥΣΣΕΙΑ',
    'Ὀδυσσεύς σΣς',
    'Straße STRASSE ẞ',
    'İstanbul ılık Iİ',
    'ﬁnale ﬄ ŉ ǰ ΐ',
    'ǅungla Ǉ ǌ',
    'ᏣᎳᎩ ꮳꮃꭹ',
    '𐐔𐐯𐑅𐐨𐑉𐐯𐐻',
    'K Å Ω ϴ ſ ϐ ᾼ',
    'ქართული ᲥᲐᲠᲗᲣᲚᲘ',
    '\ufeffmark\ufeff',
    'ԵՒ և',
  ];
  for (const text of texts) {
    const letters = [...text];
    const parts = letters.flatMap((_, start) =>
      letters.slice(start).map((_, length) => letters.slice(start, start + length + 1).join('')),
    );
    const queries = new Set(parts.flatMap((part) => [part, part.toLowerCase(), part.toUpperCase()]));
    const { rows } = await app.pg.query(
      `SELECT q FROM unnest($1::text[]) AS q, (SELECT $2::text AS text) AS song
       WHERE NOT ${containsText(['text'], 'q')}`,
      [[...queries], text],
    );
    t.same(rows, [], text);
  }
});

t.test('a search finds no text that does not contain what is searched for', async (t) => {
  await createTask(call, { title: 'Σίσυφος', description: '100%_sure' });
  for (const q of ['\ufeffσίσ', 'σσ', 'Σισ', '%ί%', 'φος1', 'ΣΊΣΥΦΟΣ100', '_s_re']) {
    const found = await call('GET', `/tasks?q=${encodeURIComponent(q)}`);
    t.notMatch(found.text, 'Σίσυφος', q);
  }
});
