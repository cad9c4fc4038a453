import t from 'tap';
import { RequestError } from '../../../scripts/new/field.ts';
import { readRequest } from '../../../scripts/new/request.ts';
import { isReservedInTypeScript, SQL_RESERVED } from '../../../scripts/new/reserved-words.ts';
import { startService } from '../../support/service.ts';

t.test('the command line describes a resource', async (t) => {
  const args = [
    'venue',
    'name:string:1..80',
    'capacity:integer?',
    'size:enum(small, large)=small',
    '--unique',
    'name',
  ];
  const { name, plural, fields, unique, isDryRun } = readRequest([...args, '--dry-run']);
  t.match({ name, plural, isDryRun }, { name: 'venue', plural: 'venues', isDryRun: true });
  t.match(fields, [
    { name: 'name', type: 'string', min: 1, max: 80, isNullable: false, default: undefined },
    { name: 'capacity', type: 'integer', min: undefined, max: undefined, isNullable: true },
    { name: 'size', type: 'enum', values: ['small', 'large'], isNullable: false, default: 'small' },
  ]);
  t.equal(unique[0], fields[0]);
});

t.test('plurals come from the dictionary or from --plural', async (t) => {
  const plural = (...args: string[]) => readRequest([...args, 'name:string']).plural;
  t.equal(plural('category'), 'categories');
  t.equal(plural('musicPerson'), 'musicPeople');
  t.equal(plural('sheep', '--plural', 'flock'), 'flock');
});

const fieldCases: Record<string, object> = {
  'a:text': { min: 0, max: 2000 },
  'a:string:..5': { min: 1, max: 5 },
  'a:string:300..': { min: 300, max: 300 },
  'a:string:5..9?': { min: 5, max: 9, isNullable: true },
  'a:string?:5..9': { min: 5, max: 9, isNullable: true },
  'a:string=x:y?': { default: 'x:y?' },
  'a:text=': { default: '' },
  'a:integer:-5..5=-5': { min: -5, max: 5, default: -5 },
  'a:integer:0..': { min: 0, max: undefined },
  'a:number:0.5..1.5=1.25': { min: 0.5, max: 1.5, default: 1.25 },
  'a:boolean=true': { default: true },
  'a:boolean=false': { default: false },
  'a:date=2026-11-20': { default: '2026-11-20' },
  'a:instant=2026-11-20T07:28:35.123Z': { default: '2026-11-20T07:28:35.123Z' },
  'a:uuid=0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35': { default: '0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35' },
  'a:integer?=3': { isNullable: true, default: 3 },
};
for (const [text, wanted] of Object.entries(fieldCases)) {
  t.test(`the field ${text}`, async (t) => {
    t.match(readRequest(['venue', 'name:string', text]).fields[1], wanted);
  });
}

const refusals: Record<string, RegExp> = {
  '': /"" is not a valid resource name/,
  'Venue name:string': /camel case, .* as in venue\.$/,
  'music-venue name:string': /as in musicVenue\.$/,
  'venue2 name:string': /only letters/,
  'class name:string': /"class" is a reserved word of TypeScript/,
  'table name:string': /"table" is a reserved word of SQL/,
  'undefined name:string': /reserved word of TypeScript/,
  'venues name:string': /"venues" is a plural: use the singular, as in venue\./,
  'sheep name:string': /--plural/,
  'venue name:string --plural select': /reserved word of SQL/,
  venue: /has no fields/,
  'venue name': /"name" is not a field/,
  'venue name:varchar': /unknown type "varchar": the types are string, /,
  'venue name:string name:text': /Two fields have the name name/,
  'venue Name:string': /"Name" is not a valid field name/,
  'venue id:integer': /cannot be called id: every row/,
  'venue createdAt:instant': /cannot be called createdAt: every row/,
  'venue limit:integer': /cannot be called limit: every list/,
  'venue constructor:string': /every JavaScript object/,
  'venue order:integer': /"order" is a reserved word of SQL/,
  'venue currentDate:date': /"currentDate" is a reserved word of SQL/,
  'venue delete:boolean': /"delete" is a reserved word of TypeScript/,
  'venue size:enum': /needs values/,
  'venue size:enum()': /needs values/,
  'venue size:enum(a,a)': /the value a twice/,
  'venue name:string(a)': /is not an enum/,
  'venue name:string:9..1': /wrong order/,
  'venue name:string:a..b': /"a\.\.b" are not valid bounds/,
  'venue name:string:5': /are not valid bounds/,
  'venue name:string:1.5..2': /are not valid bounds/,
  'venue name:number:1.2.3..': /are not valid bounds/,
  'venue name:string:-1..5': /must be at least 1/,
  'venue name:string:0..0': /must be at least 1/,
  'venue name:string:..601': /at most 600 characters; use a text instead/,
  'venue name:text:..2601': /at most 2600 characters\./,
  'venue size:integer:0..2147483648': /exceed the bounds of an integer/,
  'venue opened:date:1..2': /does not support bounds/,
  'venue name:string:2..=x': /not a valid default of name/,
  'venue size:integer=x': /not a valid default of size: it must be a valid integer/,
  'venue size:integer=': /not a valid default of size/,
  'venue size:integer=1.5': /not a valid default of size/,
  'venue size:integer=2147483648': /not a valid default of size/,
  'venue size:number=1e999': /not a valid default of size/,
  'venue open:boolean=yes': /not a valid default of open/,
  'venue size:enum(a,b)=c': /not a valid default of size/,
  'venue owner:uuid=x': /not a valid default of owner/,
  'venue opened:date=2026-02-30': /not a valid default of opened/,
  'venue opened:date=0026-02-03': /not a valid default of opened/,
  'venue at:instant=2026-11-20': /not a valid default of at/,
  'venue capacity:integer?': /An empty venue would be valid/,
  'venue notes:text history:text': /exceed the body limit of 32768 bytes: limit its texts/,
  'venue name:string --unique city': /--unique contains city, which is not a field/,
  'venue name:string --unique ,': /--unique contains an empty name/,
  'venue name:string --unique name,name': /contains name twice/,
  'venue name:string size:integer? --unique size': /may be null/,
  'venue name:string size:integer=3 --unique size': /would have its default/,
  'venue name:text --unique name': /too long for an index/,
  'venue open:boolean --unique open': /fewer than 1000 different values/,
  'venue size:enum(a,b) row:integer:1..9 --unique size,row': /fewer than 1000 different values/,
  'venue name:string --colour red': /Unknown option '--colour'\.$/,
};
for (const [line, reason] of Object.entries(refusals)) {
  t.test(`refuses "${line}"`, async (t) => {
    const args = line.split(' ').filter((word) => word !== '');
    t.throws(() => readRequest(args), { name: 'RequestError', message: reason });
    try {
      readRequest(args);
    } catch (error) {
      t.ok(error instanceof RequestError && !error.message.includes('\n'), 'with one sentence');
    }
  });
}

t.test('the list of reserved words contains all reserved words of the database', async (t) => {
  const { app } = await startService(t);
  const { rows } = await app.pg.query<{ word: string }>(
    "SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')",
  );
  t.ok(rows.length > 90);
  for (const { word } of rows) t.ok(SQL_RESERVED.has(word), word);
});

t.test('names of types are not reserved words of TypeScript', async (t) => {
  t.notOk(isReservedInTypeScript('type'));
  t.ok(isReservedInTypeScript('await'));
});
