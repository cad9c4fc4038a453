import { Type } from '@sinclair/typebox';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { models } from '../../schemas/index.ts';
import { RequestValidators } from '../../src/validation/request-validators.ts';
import { document } from '../support/contract.ts';

const Headers = Type.Object({ 'If-Match': Type.Optional(Type.String({ pattern: '^"' })) });

t.test('the hot path coerces parameters and fills in defaults, in place', async (t) => {
  const validators = new RequestValidators(models);
  const Query = Type.Object({ limit: Type.Integer({ default: 20 }), done: Type.Optional(Type.Boolean()) });
  const validate = validators.compile(Query, 'querystring');
  const query: Record<string, unknown> = { done: 'true' };
  t.ok(validate(query));
  t.same(query, { done: true, limit: 20 });
  t.notOk(validate({ limit: '1.5' }));
  t.notOk(validators.compile(Query, 'body')({ limit: '1' }), 'bodies are not coerced');
});

t.test('header names are compared in lower case', async (t) => {
  const validate = new RequestValidators(models).compile(Headers, 'headers');
  t.ok(validate({ 'if-match': '"a"', accept: '*/*' }));
  t.notOk(validate({ 'if-match': 'a' }));
});

t.test('the failures of all parts are listed', async (t) => {
  const validators = new RequestValidators(models);
  const schemas = {
    params: Type.Object({ id: Type.Integer() }),
    querystring: Type.Object({}, { additionalProperties: false }),
    headers: Headers,
    body: Type.Object({ title: Type.String() }),
  };
  const values = {
    params: { id: 'x' },
    querystring: { y: '1' },
    headers: { 'if-match': 'a' },
    body: undefined,
  };
  for (const round of ['first', 'second']) {
    const { details } = validators.failures(schemas, values);
    t.same(
      details.map(({ type, loc }) => [type, ...loc]),
      [
        ['int_parsing', 'path', 'id'],
        ['extra_forbidden', 'query', 'y'],
        ['string_pattern_mismatch', 'header', 'if-match'],
        ['missing', 'body'],
      ],
      round,
    );
  }
  t.same(
    validators.failures({}, values),
    { details: [], truncated: false },
    'without a schema, nothing fails',
  );
});

t.test('all schemas of models, parameters and headers are valid JSON Schemas', async (t) => {
  const ajv = new Ajv2020();
  const { components, paths } = document;
  const parameters = Object.values(paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ parameters = [] }) => parameters);
  const schemas = [
    ...Object.values(components.schemas),
    ...[...parameters, ...Object.values(components.headers)].map((part) => Object(part).schema),
  ];
  for (const schema of schemas) t.ok(ajv.validateSchema(schema), JSON.stringify(ajv.errors));
  t.notOk(ajv.validateSchema({ type: 'strin' }), 'an invalid one is found');
});
