// Nothing is declared that is not sent: each response of each operation in openapi.json is provoked, in each of its
// media types, and compared with its example. The client of the tests checks the converse: nothing is sent that is not
// declared.
import t, { type Test } from 'tap';
import { eventSources } from '../../schemas/index.ts';
import { MISSING_ID } from '../support/builders.ts';
import type { CheckedResponse, Client } from '../support/client.ts';
import { checkResponse, type DeclaredResponse } from '../support/contract.ts';
import { acceptingKeys, authenticated, bearer, fullKey, idleKey } from '../support/credentials.ts';
import { startIssuer } from '../support/issuer.ts';
import {
  bodyTypesOf,
  collectionOf,
  type DeclaredCase,
  declaredCases,
  newRow,
  type Target,
  targets,
  validRequest,
} from '../support/operations.ts';
import {
  type Change,
  type Provocation,
  type Provocations,
  sharedProvocations,
} from '../support/provocations.ts';
import { rawExchange } from '../support/raw-exchange.ts';
import { startService } from '../support/service.ts';
import { unreliableServer } from '../support/unreliable-server.ts';

const WITH_AUTH = acceptingKeys(fullKey, idleKey);
const { app, call: anonymous } = await startService(t, {
  ...WITH_AUTH,
  MAX_TASKS: '20',
  IMPORT_LIMIT: '30000',
});
const call = authenticated(anonymous, fullKey.key);
Object.assign(app.server, { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 100 });
await app.listen({ port: 0, host: '127.0.0.1' });
const port = Number(new URL(app.listeningOrigin).port);

/** The provocations for an operation: the shared ones and those of its feature. */
async function provocationsFor({ operation }: Target): Promise<Provocations> {
  const folder = operation.tags.join().replaceAll(' ', '-');
  const feature: { provocations: Provocations } = await import(`../features/${folder}/provocations.ts`);
  return { ...sharedProvocations, ...feature.provocations };
}

/** An error that an operation declares. */
interface DeclaredError {
  target: Target;
  declared: DeclaredCase;
  provocation: Provocation;
}

const errors: DeclaredError[] = [];
for (const target of targets) {
  const provocations = await provocationsFor(target);
  for (const declared of declaredCases(target)) {
    if (declared.name === undefined) continue;
    const provocation = provocations[declared.name];
    if (!provocation) throw new Error(`${target.operation.operationId}: nothing provokes ${declared.name}`);
    errors.push({ target, declared, provocation });
  }
}

/** Creates a resource for an operation whose path has an id; it is deleted after the test. */
async function idFor({ path }: Target, t: Test): Promise<number> {
  if (!path.includes('{id}')) return MISSING_ID;
  const id = await newRow(app, call, path);
  t.teardown(() => call('DELETE', `${collectionOf(path)}/${id}`));
  return id;
}

/** The example, with the members that differ between occurrences taken from the response. */
const expected = (example: unknown, { body }: CheckedResponse) => ({
  ...Object(example),
  requestId: body.requestId,
  ...('instance' in body && { instance: body.instance }),
});

/** The media types of a stream: an operation with one rejects clients that only accept JSON. */
const streamTypesOf = ({ operation }: Target): string[] =>
  Object.keys((operation.responses[200] as DeclaredResponse | undefined)?.content ?? {}).filter(
    (type) => type !== 'application/json',
  );

/** Sends a changed request in each media type of the error, and compares the response with its example. */
async function provoke(
  t: Test,
  { target, declared: { name, status, examples } }: DeclaredError,
  { id = MISSING_ID, change, send = call }: { id?: number; change: Change; send?: Client },
) {
  for (const [type, example] of Object.entries(examples)) {
    const { url, ...options } = await change(validRequest(target, id), { app, target, examples, call, t });
    const headers = { accept: [type, ...streamTypesOf(target)].join(', '), ...options.headers };
    const response = await send(target.method, url, { ...options, headers });
    t.equal(response.status, status, `${name} in ${type}`);
    t.same(response.body, expected(example, response), `${name} is as in the example`);
  }
}

/** Sends what no client would send, and compares the response with its example. */
async function sendBytes(t: Test, { target, declared }: DeclaredError, bytes: string) {
  const url = target.path.replace('{id}', String(MISSING_ID));
  const head = `${target.method} ${url} HTTP/1.1\r\nhost: setlist\r\ncontent-type: ${bodyTypesOf(target)[0] ?? 'application/json'}\r\nauthorization: ${bearer(fullKey.key).authorization}\r\n`;
  const response = await rawExchange(port, head + bytes);
  checkResponse(target.method, url, response);
  t.equal(response.status, declared.status, `${declared.name}`);
  const body = JSON.parse(response.text);
  t.same(body, expected(declared.examples['application/json'], { ...response, body }));
}

/** Sends valid requests, in each media type of the body. */
async function succeed(t: Test, target: Target, status: number) {
  const { operation, method } = target;
  for (const type of operation.requestBody ? bodyTypesOf(target) : ['none']) {
    const { url, json, payload } = validRequest(target, await idFor(target, t), type);
    const response = await call(method, url, {
      ...(json !== undefined && { payload: JSON.stringify(json) }),
      ...(payload !== undefined && { payload }),
      headers: {
        ...(type !== 'none' && { 'content-type': type }),
        ...(status === 304 && { 'if-none-match': '*' }),
        ...(status === 202 && { prefer: 'respond-async' }),
      },
    });
    t.equal(response.status, status, `${status} to ${type}`);
  }
}

for (const target of targets) {
  const { operationId } = target.operation;
  for (const { name, status } of declaredCases(target)) {
    if (name === undefined)
      t.test(`${operationId} succeeds with ${status}`, (t) => succeed(t, target, status));
  }
  t.test(`${operationId} sends each error that it declares`, async (t) => {
    const id = await idFor(target, t);
    for (const error of errors.filter((error) => error.target === target)) {
      const { provocation } = error;
      if (typeof provocation === 'function') await provoke(t, error, { id, change: provocation });
      else if (typeof provocation === 'object') await sendBytes(t, error, provocation.bytes);
    }
  });
}

/** Sends a valid request for each error that has the condition. */
async function provokeAll(t: Test, condition: Provocation, send: Client) {
  const caused = errors.filter(({ provocation }) => provocation === condition);
  t.ok(caused.length > 0);
  for (const error of caused) await provoke(t, error, { change: (request) => request, send });
}

t.test('each operation that uses the database is 503 during an outage', async (t) => {
  const database = await unreliableServer(t);
  const service = await startService(t, { ...WITH_AUTH, ...database.environment });
  await database.shut();
  await provokeAll(t, 'outage', authenticated(service.call, fullKey.key));
});

t.test('each operation that uses the database is 500 while its tables are missing', async (t) => {
  const service = await startService(t, WITH_AUTH);
  const tables = [...eventSources.map(({ names }) => names.table), 'event_head', 'audit_sets', 'webhooks'];
  await service.app.pg.query(`DROP TABLE ${tables.join(', ')} CASCADE`);
  await provokeAll(t, 'missing tables', authenticated(service.call, fullKey.key));
});

t.test('each operation with a quota is 429 once the quota is used', async (t) => {
  const service = await startService(t, { ...WITH_AUTH, RATE_LIMIT: '1/86400' });
  const send = authenticated(service.call, fullKey.key);
  await send('GET', '/me');
  await provokeAll(t, 'quota', send);
});

t.test('each operation that only uses the issuer is 503 until its keys are loaded', async (t) => {
  const issuer = await startIssuer(t);
  await issuer.close();
  const service = await startService(t, issuer.environment);
  await provokeAll(t, 'issuer away', authenticated(service.call, issuer.token()));
});

t.test(
  'each operation that needs a caller is 401 if authentication is off and nothing names one',
  async (t) => {
    const service = await startService(t);
    await provokeAll(t, 'without authentication', service.call);
  },
);
