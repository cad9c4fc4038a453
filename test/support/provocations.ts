// How to provoke each error that openapi.json declares: what is done to a valid request so that the response is this very
// error. The names are those of the examples in the document. Errors that only one feature has are provoked by
// test/features/NAME/provocations.ts.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';
import { resources } from '../../schemas/index.ts';
import type { AnyResource } from '../../schemas/resource.ts';
import { ImportJobs } from '../../src/transfer/import-jobs.ts';
import { MISSING_ID } from './builders.ts';
import type { Client } from './client.ts';
import { fullKey, idleKey } from './credentials.ts';
import { collectionOf, type Target, type TargetRequest, validBody } from './operations.ts';

/** What a change of a request may depend on. */
export interface Context {
  target: Target;
  /** By media type, the example of the error. */
  examples: Record<string, unknown>;
  app: FastifyInstance;
  /** For requests that must come before. */
  call: Client;
  /** For what must be undone after the test. */
  t: Test;
}

/** Turns a valid request into one that causes the error. */
export type Change = (request: TargetRequest, context: Context) => TargetRequest | Promise<TargetRequest>;

export type Provocation =
  | Change
  /** Sent on a bare socket, behind the request line and `Host`: no client would send it. */
  | { bytes: string }
  /** Any request causes the error while the database is away. */
  | 'outage'
  /** A request without a credential causes the error if authentication is off. */
  | 'without authentication'
  /** The second request of a caller with a quota of one causes the error. */
  | 'quota'
  /** A token causes the error while the keys of the issuer were never loaded. */
  | 'issuer away'
  /** Any request causes the error while the tables are missing. */
  | 'missing tables'
  /** Every operation declares the error, but nothing that these do can fail. */
  | 'never';

/** By the names of the examples. */
export type Provocations = Readonly<Record<string, Provocation>>;

const withHeader =
  (name: string, value: string): Change =>
  (request) => ({ ...request, headers: { ...request.headers, [name]: value } });
const withQuery =
  (parameter: string): Change =>
  (request) => ({ ...request, url: request.url + (request.url.includes('?') ? '&' : '?') + parameter });
const withId =
  (id: string | number): Change =>
  (request, { target }) => ({ ...request, url: target.path.replace('{id}', String(id)) });
const withPayload =
  (payload: string, type = 'application/json'): Change =>
  ({ url }) => ({ url, payload, headers: { 'content-type': type } });

/** The errors that operations of several features have. */
export const sharedProvocations: Provocations = {
  Unauthorized: withHeader('authorization', ''),
  RateLimited: 'quota',
  IdempotencyKeyReused: withKeyOfAnother,
  NotAcceptable: withHeader('accept', 'text/html'),
  InvalidQuery: withQuery('page=2'),
  InvalidId: withId('first'),
  MalformedPath: withId('%'),
  MalformedQuery: withQuery('q=Bj%F6rk'),
  MalformedJson: withPayload('{"song": "Blinding'),
  BodyTooLarge: (request) => ({
    ...request,
    json: undefined,
    payload: JSON.stringify('x'.repeat(40_000)),
    headers: { 'content-type': 'application/json', ...request.headers },
  }),
  UnsupportedMediaType: withPayload('song=x', 'application/x-www-form-urlencoded'),
  UnsupportedFormat: withPayload('song=x', 'application/x-www-form-urlencoded'),
  UnsupportedPatchType: withPayload('song=x', 'application/x-www-form-urlencoded'),
  PartialPut: withHeader('content-range', 'bytes 0-1/10'),
  PreconditionFailed: withHeader('if-match', '"0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35"'),
  MalformedRequest: withHeader('host', 'a b'),
  ExpectationFailed: withHeader('expect', 'x'),
  NotImplemented: withHeader('transfer-encoding', 'gzip, chunked'),
  HeadersTooLarge: { bytes: `x: ${'x'.repeat(20_000)}\r\n\r\n` },
  RequestTimeout: { bytes: 'content-length: 100\r\n\r\n{' },
  Unavailable: 'outage',
  InternalError: 'missing tables',
};

/** The errors that follow from the declaration of a resource. */
export const resourceProvocations = ({
  names,
  unique,
}: {
  names: Pick<AnyResource['names'], 'model' | 'models'>;
  unique: readonly string[];
}): Provocations => ({
  [`Invalid${names.model}`]: withInputsOfExample,
  [`Missing${names.models}Read`]: withHeader('authorization', `Bearer ${idleKey.key}`),
  [`Missing${names.models}Write`]: withHeader('authorization', `Bearer ${idleKey.key}`),
  [`${names.model}NotFound`]: withId(MISSING_ID),
  MalformedImport: withPayload('titel\n', 'text/csv'),
  ImportRunning: withKeyOfRunningImport,
  ...(unique.length > 0 && { [`${names.model}Exists`]: withBodyOfAnother }),
});

/** Puts each input that the details of the example list into the field that they name. */
const withInputsOfExample: Change = (request, { examples }) => {
  const { details }: { details: { loc: [string, string]; input: unknown }[] } = Object(
    examples['application/json'],
  );
  const inputs = details.map(({ loc: [, field], input }) => [field, input]);
  return { ...request, json: { ...Object(request.json), ...Object.fromEntries(inputs) } };
};

/** Creates a row with a key, and sends another create with it. */
async function withKeyOfAnother(
  request: TargetRequest,
  { target, call, t }: Context,
): Promise<TargetRequest> {
  if (target.path.endsWith('/import')) return importWithKeyOfAnother(request, call);
  const headers = { ...request.headers, 'idempotency-key': randomUUID() };
  const created = await call('POST', collectionOf(target.path), { json: validBody(target.path), headers });
  t.teardown(() => call('DELETE', String(created.headers.location)));
  return { ...request, headers, json: otherBody(target.path, request.json) };
}

/** Imports under a key, and sends another format with it. */
async function importWithKeyOfAnother(
  { url, payload = '' }: TargetRequest,
  call: Client,
): Promise<TargetRequest> {
  const key = { 'idempotency-key': randomUUID() };
  await call('POST', url, { payload, headers: { ...key, 'content-type': 'text/csv' } });
  return { url, payload: '{}', headers: { ...key, 'content-type': 'application/x-ndjson' } };
}

/** Sends a request with the key of an import that another process runs. */
async function withKeyOfRunningImport(
  { url }: TargetRequest,
  { app, target }: Context,
): Promise<TargetRequest> {
  const jobs = new ImportJobs(app.database, app.pg.pool, app.numberChanges);
  const resource = resources.find(({ names }) => names.path === collectionOf(target.path))?.names.code ?? '';
  const key = randomUUID();
  const owner = `key:${fullKey.name}`;
  const { job } = await jobs.open({
    resource,
    format: 'ndjson',
    owner,
    keyOwner: owner,
    key,
    source: 'null',
  });
  await jobs.take(job.id, 'running');
  return { url, payload: '', headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key } };
}

/** A valid body that differs from the given one, also for a resource whose bodies may be equal. */
function otherBody(path: string, given: unknown): unknown {
  const body = validBody(path);
  if (JSON.stringify(body) !== JSON.stringify(given)) return body;
  const [name, value] = Object.entries(body).find(([, member]) => typeof member === 'string') ?? [];
  return name === undefined ? body : { ...body, [name]: `${value}`.replace(/.$/u, 'x') };
}

/** Creates a row, and asks for an equal one. */
const withBodyOfAnother: Change = async (request, { target, call, t }) => {
  const json = validBody(target.path);
  const { headers } = await call('POST', collectionOf(target.path), { json });
  t.teardown(() => call('DELETE', String(headers.location)));
  return { ...request, json };
};
