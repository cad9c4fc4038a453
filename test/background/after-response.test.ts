import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Type } from '@sinclair/typebox';
import type { FastifyRequest } from 'fastify';
import t, { type Test } from 'tap';
import type { Feature } from '../../src/features/feature.ts';
import { security } from '../../src/identity/plugin.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

type Work = (request: FastifyRequest) => unknown;

/** Starts a service whose only operation calls this function. */
async function startWith(t: Test, work: Work) {
  const route: Feature = async (app) => {
    app.get(
      '/work',
      { schema: { security: security(), response: { 200: Type.Object({}) } } },
      async (request) => {
        await work(request);
        return {};
      },
    );
  };
  const service = await startService(t, {}, { features: [route] });
  await service.app.listen({ port: 0, host: '127.0.0.1' });
  return { ...service, url: `${service.app.listeningOrigin}/work` };
}

let work: Work = () => {};
const { url, log } = await startWith(t, (request) => work(request));

t.test('a function runs after the response', async (t) => {
  let isDone = false;
  work = (request) =>
    request.afterResponse(async () => {
      await delay(200);
      isDone = true;
    });
  t.equal((await fetch(url)).status, 200);
  t.notOk(isDone, 'the response does not wait for it');
  await until(() => isDone, 'It does not run');
});

t.test('its failure is logged with the id of the request', async (t) => {
  work = (request) =>
    request.afterResponse(() => {
      throw new Error('No ink');
    });
  const { status, headers } = await fetch(url);
  t.equal(status, 200);
  await until(() => log.some(({ msg }) => msg === 'Work after a response failed'), 'It is not logged');
  t.match(
    log.find(({ msg }) => msg === 'Work after a response failed'),
    { reqId: headers.get('x-request-id'), err: { message: 'No ink' } },
  );
});

t.test('it runs for a client that has disconnected', async (t) => {
  let runs = 0;
  const controller = new AbortController();
  work = async (request) => {
    request.afterResponse(() => runs++);
    controller.abort();
    await once(request.raw.socket, 'end');
  };
  await t.rejects(fetch(url, { signal: controller.signal }), { name: 'AbortError' });
  await until(() => runs === 1, 'It does not run');
});

t.test('too many functions are refused', async (t) => {
  let runs = 0;
  work = (request) => {
    for (let count = 0; count < 1001; count++) request.afterResponse(() => runs++);
  };
  t.equal((await fetch(url)).status, 503);
  await until(() => runs === 1000, 'Not all run');
  work = (request) => request.afterResponse(() => runs++);
  t.equal((await fetch(url)).status, 200);
});

t.test('a stop waits for it, and the database is still there', async (t) => {
  const results: unknown[] = [];
  const { app, url } = await startWith(t, (request) =>
    request.afterResponse(async () => {
      await delay(300);
      results.push((await app.database.query({ text: 'SELECT 1 AS one' })).rows);
    }),
  );
  t.equal((await fetch(url)).status, 200);
  await app.close();
  t.same(results, [[{ one: 1 }]]);
});

t.test('a stop does not wait for ever, and says so', async (t) => {
  const { app, url, log } = await startWith(t, (request) =>
    request.afterResponse(() => new Promise(() => {})),
  );
  t.equal((await fetch(url)).status, 200);
  await app.close();
  t.match(
    log.find(({ msg }) => msg === 'Work after responses was not finished'),
    { pending: 1 },
  );
});
