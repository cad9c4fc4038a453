// Nothing is declared that is not sent: each response of each operation in openapi.json is provoked, in each of its
// media types, and compared with its example. That nothing is sent that is not declared is checked on every response of
// every test.
import t, { type Test } from 'tap';
import { resources } from '../../schemas/index.ts';
import type { CheckedResponse, Client } from '../support/client.ts';
import { checkResponse } from '../support/contract.ts';
import {
  brokenRequests,
  type Change,
  changes,
  collectionOf,
  conflicts,
  createdId,
  type DeclaredCase,
  declaredCases,
  type Target,
  targets,
  validBody,
  validRequest,
} from '../support/provocations.ts';
import { rawExchange } from '../support/raw-exchange.ts';
import { startService } from '../support/service.ts';
import { unreliableServer } from '../support/unreliable-server.ts';

/** They ask nobody, so that nothing can be broken for them. */
const NEVER_FAIL = ['getHealth', 'getReadiness'];

const { app, call } = await startService(t, { MAX_TASKS: '20' });
Object.assign(app.server, { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 100 });
await app.listen({ port: 0, host: '127.0.0.1' });
const port = Number(new URL(app.listeningOrigin).port);

/** A new resource of the kind that the path is about. */
async function newResource(path: string): Promise<number> {
  return createdId(await call('POST', collectionOf(path), { json: validBody(path) }));
}

/** The id in the requests of an operation that needs none, and of those that fail before anything is looked up. */
const ANY_ID = 1;

/** Uses the id of a new resource, where the operation is about one; the resource is gone afterwards. */
async function withResource(path: string, use: (id: number) => Promise<void>): Promise<void> {
  if (!path.includes('{id}')) return use(ANY_ID);
  const id = await newResource(path);
  await use(id);
  await call('DELETE', path.replace('{id}', String(id)));
}

/** The example, with what is different in each occurrence taken from the response. */
const expected = (example: unknown, { body }: CheckedResponse) => ({
  ...Object(example),
  requestId: body.requestId,
  ...('instance' in body && { instance: body.instance }),
});

/** Provokes an error in each media type, and holds it against its example. */
async function provoke(
  t: Test,
  target: Target,
  { name = '', status, examples }: DeclaredCase,
  { id = ANY_ID, change = changes[name], send = call }: { id?: number; change?: Change; send?: Client } = {},
) {
  if (!change) throw new Error(`Nothing here provokes ${name}`);
  for (const [type, example] of Object.entries(examples)) {
    const { url, ...options } = change(validRequest(target, id), target, examples);
    const headers = { accept: type, ...options.headers };
    const response = await send(target.method, url, { ...options, headers });
    t.equal(response.status, status, `${name} in ${type}`);
    t.same(response.body, expected(example, response), `${name} is as in the example`);
  }
}

/** Sends a request that is valid, in each media type that it may have. */
async function succeed(t: Test, target: Target, status: number) {
  const { operation, path, method } = target;
  for (const type of Object.keys(operation.requestBody?.content ?? { none: {} })) {
    await withResource(path, async (id) => {
      const { url, json } = validRequest(target, id);
      const response = await call(method, url, {
        ...(json !== undefined && { payload: JSON.stringify(json) }),
        headers: {
          ...(json !== undefined && { 'content-type': type }),
          ...(status === 304 && { 'if-none-match': '*' }),
        },
      });
      t.equal(response.status, status, `${status} to ${type}`);
    });
  }
}

async function breakOff(t: Test, { method, path }: Target, declared: DeclaredCase, bytes: string) {
  const url = path.replace('{id}', '1');
  const head = `${method} ${url} HTTP/1.1\r\nhost: setlist\r\ncontent-type: application/json\r\n`;
  const response = await rawExchange(port, head + bytes);
  checkResponse(method, url, response);
  t.equal(response.status, declared.status, `${declared.name}`);
  const body = JSON.parse(response.text);
  t.same(body, expected(declared.examples['application/json'], { ...response, body }));
}

/** Creates tasks until there are as many as there may be, and removes them when that was seen. */
async function fillUp(t: Test, target: Target, declared: DeclaredCase) {
  const ids: number[] = [];
  for (
    let response = await call('POST', '/tasks', { json: validBody('/tasks') });
    response.status === 201;
  ) {
    ids.push(response.body.id);
    response = await call('POST', '/tasks', { json: validBody('/tasks') });
  }
  await provoke(t, target, declared);
  for (const id of ids) await call('DELETE', `/tasks/${id}`);
}

/** Makes an item, and then another that is to be equal. */
async function clash(t: Test, target: Target, declared: DeclaredCase, id: number) {
  const json = validBody(target.path);
  await call('POST', collectionOf(target.path), { json });
  await provoke(t, target, declared, { id, change: (request) => ({ ...request, json }) });
}

const FAILURES = ['Unavailable', 'NotReady', 'InternalError'];

for (const target of targets) {
  t.test(`${target.operation.operationId} sends each response that it declares`, async (t) => {
    await withResource(target.path, async (id) => {
      for (const declared of declaredCases(target)) {
        const { name, status } = declared;
        if (name === undefined) await succeed(t, target, status);
        else if (FAILURES.includes(name)) continue;
        else if (brokenRequests[name]) await breakOff(t, target, declared, brokenRequests[name]);
        else if (name === 'TaskLimitReached') await fillUp(t, target, declared);
        else if (conflicts.includes(name)) await clash(t, target, declared, id);
        else await provoke(t, target, declared, { id });
      }
    });
  });
}

/** Provokes the errors of these names wherever they are declared. */
async function failEverywhere(t: Test, send: Client, ...names: string[]) {
  for (const target of targets) {
    for (const declared of declaredCases(target)) {
      const { name = '' } = declared;
      const isNever = name === 'InternalError' && NEVER_FAIL.includes(target.operation.operationId);
      if (names.includes(name) && !isNever) await provoke(t, target, declared, { send });
    }
  }
}

t.test('each operation that uses the database is 503 during an outage', async (t) => {
  const database = await unreliableServer(t);
  const service = await startService(t, database.environment);
  await database.shut();
  await failEverywhere(t, service.call, 'Unavailable', 'NotReady');
});

t.test('each operation that uses the database is 500 while its tables are missing', async (t) => {
  await app.pg.query(`DROP TABLE ${resources.map(({ names }) => names.table).join(', ')} CASCADE`);
  await failEverywhere(t, call, 'InternalError');
});
