import { namesOf } from '../../schemas/resource-names.ts';
import { isSortable } from './declaration.ts';
import { examplesOf, wordsOf } from './examples.ts';
import type { NewResource } from './request.ts';

/** The name of a file or folder: a camel-case name in kebab case. */
export const fileName = (name: string): string => wordsOf(name).replaceAll(' ', '-');

const capital = (words: string) => words.slice(0, 1).toUpperCase() + words.slice(1);

/** Writes `src/features/PLURAL/index.ts`. */
export function renderFeature(resource: NewResource): string {
  const { name, plural, unique } = resource;
  const { one, many, code } = namesOf(resource);
  return `import { ${name} } from '../../../schemas/${fileName(name)}.ts';
import { batched } from '../../crud/batched.ts';
import { contractOf } from '../../crud/contract.ts';
import { repositoryOf } from '../../crud/repository.ts';
import { registerRoutes, routesOf } from '../../crud/routes.ts';
import { defineError } from '../../errors/define-error.ts';
import { registerTransfer } from '../../transfer/routes.ts';
import type { Feature } from '../feature.ts';

const errors = {
  notFound: defineError('${code}_not_found', 404, '${capital(one)} not found'),
  ${unique.length > 0 ? `conflict: defineError('${code}_exists', 409, '${capital(one)} already exists'),` : ''}
};

/** The ${many}. */
export const ${plural}: Feature = async (app) => {
  const repository = batched(${name}, repositoryOf(${name}, app.databases), app.batching);
  registerRoutes(app, ${name}, contractOf(${name}, errors), routesOf(${name}, repository, errors));
  registerTransfer(app, ${name}, errors);
};
`;
}

/** Writes `test/features/PLURAL/provocations.ts`. */
export function renderProvocations(resource: NewResource): string {
  const { name } = resource;
  return `import { ${name} } from '../../../schemas/${fileName(name)}.ts';
import { resourceProvocations } from '../../support/provocations.ts';

/** The errors of ${namesOf(resource).many}. */
export const provocations = resourceProvocations(${name});
`;
}

/** Writes `test/features/PLURAL/PLURAL.test.ts`. */
export function renderTest(resource: NewResource): string {
  const { fields, unique } = resource;
  const { one, many, a, code, path, table } = namesOf(resource);
  const { rows, update } = examplesOf(resource);
  const [first, second] = rows;
  const required = fields.filter(({ isNullable, default: value }) => !isNullable && value === undefined);
  const optional = fields.filter((field) => !required.includes(field));
  const sortKeys = ['createdAt', ...fields.filter(isSortable).map((field) => field.name)];
  const key = unique.map((field) => [field.name, first[field.name]] as const);
  const text = (value: unknown) => JSON.stringify(value);
  const of = (values: object, wanted: readonly { name: string }[]) =>
    Object.fromEntries(
      Object.entries(values).filter(([name]) => wanted.some((field) => field.name === name)),
    );

  return `import t from 'tap';
import { startService } from '../../support/service.ts';

const { app, call } = await startService(t);

const FIRST = ${text(first)};
const SECOND = ${text(second)};

/** Creates ${a}, and returns its URL. */
async function create(json: object): Promise<string> {
  const { headers } = await call('POST', '${path}', { json });
  return String(headers.location);
}

t.beforeEach(() => app.pg.query('TRUNCATE ${table}'));

t.test('GET returns a created ${one} as it was sent', async (t) => {
  const created = await call('POST', '${path}', { json: FIRST });
  t.equal(created.status, 201);
  t.has(created.body, FIRST);
  const read = await call('GET', String(created.headers.location));
  t.equal(read.status, 200);
  t.same(read.body, created.body);
});

t.test('an update changes only the given fields', async (t) => {
  const url = await create(FIRST);
  const { status, body } = await call('PATCH', url, { json: ${text(update)} });
  t.equal(status, 200);
  t.has(body, { ...FIRST, ...${text(update)} });
});

t.test('a replacement changes all fields', async (t) => {
  const url = await create(FIRST);
  const { status, body } = await call('PUT', url, { json: SECOND });
  t.equal(status, 200);
  t.has(body, SECOND);
});

t.test('a deleted ${one} is not found', async (t) => {
  const url = await create(FIRST);
  t.equal((await call('DELETE', url)).status, 204);
  const { status, body } = await call('GET', url);
  t.equal(status, 404);
  t.equal(body.code, '${code}_not_found');
});
${
  optional.length > 0
    ? `
t.test('a field that is absent from a create has its default', async (t) => {
  const { body } = await call('POST', '${path}', { json: ${text(of(first, required))} });
  t.has(body, ${text(Object.fromEntries(optional.map((field) => [field.name, field.default ?? null])))});
});
`
    : ''
}${
  unique.length > 0
    ? `
t.test('a second ${one} with the same ${unique.map((field) => wordsOf(field.name)).join(' and ')} is a conflict', async (t) => {
  await create(FIRST);
  const url = await create(SECOND);
  const key = ${text(Object.fromEntries(key))};
  for (const [method, to, json] of [
    ['POST', '${path}', { ...SECOND, ...key }],
    ['PUT', url, { ...SECOND, ...key }],
    ['PATCH', url, key],
  ] as const) {
    const { status, body } = await call(method, to, { json });
    t.equal(status, 409, method);
    t.equal(body.code, '${code}_exists', method);
  }
});
`
    : ''
}
t.test('lists of ${many} are sorted by each key in both directions, across pages', async (t) => {
  await create(FIRST);
  await create(SECOND);
  for (const key of ${text(sortKeys)}) {
    const { body } = await call('GET', \`${path}?sort=\${key}\`);
    t.equal(body.length, 2, key);
    const { body: reverse } = await call('GET', \`${path}?sort=-\${key}\`);
    t.same(reverse.toReversed(), body, key);
    const { headers } = await call('GET', \`${path}?sort=\${key}&limit=1\`);
    const [, next = ''] = /<(.*)>/.exec(String(headers.link)) ?? [];
    t.same((await call('GET', next)).body, body.slice(1), key);
  }
});
`;
}
