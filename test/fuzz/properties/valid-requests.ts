import fc from 'fast-check';
import type { JsonSchema, Operation, Parameter } from './document.ts';
import { jsonStyles, jsonText } from './json-text.ts';
import { CREATED, type Draft } from './requests.ts';
import { validValues } from './values.ts';

const ACCEPTED = [
  '*/*',
  'application/json',
  'application/*',
  'application/problem+json',
  'text/html, application/json;q=0.9, */*;q=0.1',
  'APPLICATION/JSON',
];

/** Parameters of a media type that do not change the meaning of JSON. */
const CHARSETS = ['', '', '; charset=utf-8', ';charset="UTF-8"', '; charset=utf8', '; profile="x"'];

/** Headers that clients may send, and that only affect headers of the response. */
const BESIDE: readonly Readonly<Record<string, string>>[] = [
  {},
  {},
  { 'x-request-id': 'a.b:c-1' },
  { 'x-request-id': 'not fit for a log "\\' },
  { origin: 'https://myapp.com' },
  { origin: 'https://other.example' },
  { 'x-http-method-override': 'DELETE', 'x-forwarded-host': 'other.example' },
  { 'accept-encoding': 'gzip, br', 'accept-language': 'ar', range: 'bytes=0-1', expect: '100-continue' },
];

/** Valid requests of the operation; the given parts may be invalid. */
export function validRequests(operation: Operation, parts: Partial<DraftParts> = {}): fc.Arbitrary<Draft> {
  const { method, path, parameters, body } = operation;
  const place = (location: Parameter['in']) => parameters.filter((parameter) => parameter.in === location);
  const drawn = fc.record({
    method: fc.constantFrom(method, method, method, method === 'GET' ? 'HEAD' : method),
    path: fc.constant(path),
    versioned: fc.boolean(),
    encodesAll: fc.boolean(),
    parameters: parts.parameters ?? pathTexts(place('path')),
    query: parts.query ?? queries(place('query')),
    headers: headers(place('header')),
    accept: parts.accept ?? fc.option(fc.constantFrom(...ACCEPTED), { nil: undefined }),
    type: parts.type ?? mediaTypes(body?.mediaTypes ?? []),
    payload: parts.payload ?? payloads(body?.schema),
    beside: fc.constantFrom(...BESIDE),
    moreHeaders: parts.moreHeaders ?? fc.constant({}),
  });
  return drawn.map(({ accept, type, headers, payload, beside, moreHeaders, ...rest }) => ({
    ...rest,
    ...payload,
    headers: {
      ...beside,
      ...headers,
      ...(accept !== undefined && { accept }),
      ...(type !== undefined && { 'content-type': type }),
      ...moreHeaders,
    },
  }));
}

/** Replacements for valid parts. */
export interface DraftParts {
  parameters: fc.Arbitrary<Draft['parameters']>;
  query: fc.Arbitrary<Draft['query']>;
  accept: fc.Arbitrary<string | undefined>;
  type: fc.Arbitrary<string | undefined>;
  payload: fc.Arbitrary<Pick<Draft, 'payload' | 'body'>>;
  moreHeaders: fc.Arbitrary<Draft['headers']>;
}

/** The values of a parameter, as text. */
const texts = (schema: JsonSchema) => validValues(schema).map(String);

function pathTexts(parameters: readonly Parameter[]): fc.Arbitrary<Draft['parameters']> {
  const texted = parameters.map(({ name, schema }) => {
    const any = { weight: 1, arbitrary: texts(schema) };
    return [name, fc.oneof({ weight: 4, arbitrary: fc.constant(CREATED) }, any)];
  });
  return fc.record(Object.fromEntries(texted));
}

export function queries(parameters: readonly Parameter[]): fc.Arbitrary<Draft['query']> {
  const pairs = parameters.map(({ name, required = false, schema }) => {
    const pair = texts(schema).map((text) => [name, text] as const);
    return required ? pair : fc.option(pair, { freq: 2, nil: undefined });
  });
  return fc
    .tuple(fc.tuple(...pairs), fc.boolean())
    .map(([drawn, turned]) => drawn.filter((pair) => pair !== undefined).toSorted(() => (turned ? -1 : 0)));
}

function headers(parameters: readonly Parameter[]): fc.Arbitrary<Draft['headers']> {
  const pairs = parameters.map(({ name, schema }) => {
    const known = { weight: 2, arbitrary: fc.constant(CREATED) };
    const value = fc.oneof(known, { weight: 1, arbitrary: texts(schema) });
    return fc.option(
      value.map((text) => [name.toLowerCase(), text] as const),
      { freq: 2, nil: undefined },
    );
  });
  return fc.tuple(...pairs).map((drawn) => Object.fromEntries(drawn.filter((pair) => pair !== undefined)));
}

const mediaTypes = (types: readonly string[]): fc.Arbitrary<string | undefined> =>
  types.length === 0
    ? fc.constant(undefined)
    : fc
        .tuple(fc.constantFrom(...types), fc.constantFrom(...CHARSETS), fc.boolean())
        .map(([type, charset, upper]) => (upper ? type.toUpperCase() : type) + charset);

const payloads = (schema: JsonSchema | undefined): fc.Arbitrary<Pick<Draft, 'payload' | 'body'>> =>
  schema === undefined ? fc.constant({ payload: undefined }) : written(validValues(schema));

/** The values as bodies, in any style. */
export const written = (values: fc.Arbitrary<unknown>): fc.Arbitrary<Pick<Draft, 'payload' | 'body'>> =>
  fc.tuple(values, jsonStyles).map(([body, style]) => ({ body, payload: jsonText(body, style) }));
