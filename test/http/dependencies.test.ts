import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import Fastify from 'fastify';
import t, { type Test } from 'tap';
import {
  type Dependency,
  dependencies,
  dependency,
  type Override,
  override,
} from '../../src/http/dependencies.ts';

/** A service with one route, `GET /`, that responds with the JSON of what the handler returns. */
async function serviceWith(
  t: Test,
  handler: (request: import('fastify').FastifyRequest) => unknown,
  overrides: Override[] = [],
) {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const app = Fastify({ logger: { level: 'error', stream } });
  await app.register(dependencies, { overrides });
  app.get('/', async (request) => ({ value: await handler(request) }));
  t.teardown(() => app.close());
  return { app, lines };
}

t.test('a dependency is made once per request, and its dependencies with it', async (t) => {
  let made = 0;
  const number = dependency('number', () => ++made);
  const double = dependency('double', (use) => 2 * use(number));
  const text = dependency('text', async (use, { url }) => `${url} ${use(double)} ${use(number)}`);
  const { app } = await serviceWith(t, async (request) => [await request.use(text), await request.use(text)]);
  t.same((await app.inject('/')).json().value, ['/ 2 1', '/ 2 1']);
  t.same((await app.inject('/')).json().value, ['/ 4 2', '/ 4 2']);
});

t.test('values are disposed after the response, in reverse order', async (t) => {
  const events: string[] = [];
  const resource = (name: string, inner?: Dependency<unknown>) =>
    dependency(
      name,
      async (use) => {
        if (inner) await use(inner);
        events.push(`make ${name}`);
        return name;
      },
      (value) => {
        events.push(`dispose ${value}`);
        if (value === 'pool') throw new Error('does not close');
      },
    );
  const pool = resource('pool');
  const client = resource('client', pool);
  const { app, lines } = await serviceWith(t, async (request) => {
    await request.use(client);
    events.push('respond');
  });
  await app.inject('/');
  await new Promise(setImmediate);
  t.same(events, ['make pool', 'make client', 'respond', 'dispose client', 'dispose pool']);
  t.match(lines, [{ msg: 'A dependency could not be disposed', err: { message: 'does not close' } }]);
});

t.test('values are disposed if the client disconnects, after the handler', async (t) => {
  const events: string[] = [];
  const connection = dependency(
    'connection',
    () => 1,
    () => events.push('dispose'),
  );
  let finish = () => {};
  const { app } = await serviceWith(t, async (request) => {
    request.use(connection);
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    events.push('finish');
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const request = httpRequest(url).on('error', () => {});
  request.end();
  const [socket] = await once(app.server, 'connection');
  await once(app.server, 'request');
  await new Promise((resolve) => setTimeout(resolve, 50));
  request.destroy();
  await once(socket, 'close');
  t.same(events, [], 'not while the handler uses it');
  finish();
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.same(events, ['finish', 'dispose']);
});

t.test('an error of a dependency is the error of the response, and nothing is disposed', async (t) => {
  let disposed = 0;
  const error = Object.assign(new Error('not you'), { statusCode: 403 });
  const user = dependency(
    'user',
    async () => {
      throw error;
    },
    () => disposed++,
  );
  const { app } = await serviceWith(t, (request) => request.use(user));
  const response = await app.inject('/');
  t.equal(response.statusCode, 403);
  await new Promise(setImmediate);
  t.equal(disposed, 0);
});

t.test('a test overrides a dependency', async (t) => {
  const events: string[] = [];
  const settings = dependency('settings', () => ({ name: 'real' }));
  const user = dependency(
    'user',
    (use) => use(settings).name,
    () => events.push('dispose'),
  );
  const other = override(user, (use) => `${use(settings).name}, overridden`);
  const { app } = await serviceWith(t, (request) => request.use(user), [other]);
  t.equal((await app.inject('/')).json().value, 'real, overridden');
  await new Promise(setImmediate);
  t.same(events, [], 'the replacement is not disposed');
});

t.test('a dependency cannot depend on itself', async (t) => {
  const egg: Dependency<unknown> = dependency('egg', (use) => use(hen));
  const hen: Dependency<unknown> = dependency('hen', (use) => use(egg));
  const { app } = await serviceWith(t, (request) => request.use(egg));
  const response = await app.inject('/');
  t.equal(response.statusCode, 500);
  t.equal(response.json().message, 'A dependency depends on itself: egg → hen → egg');
});
