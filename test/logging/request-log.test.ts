import type { FastifyReply, FastifyRequest } from 'fastify';
import t from 'tap';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { RequestLog } from '../../src/logging/request-log.ts';
import { testKey } from '../support/credentials.ts';
import { startWithoutDatabase } from '../support/service.ts';

/** The lines that a service with these options of its logger writes, without times. */
async function linesOf(options: object): Promise<string[]> {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line.replace(/"(time|ms)":[\d.]+/g, '"$1":0')) };
  const app = await buildApp(readConfig({}), {
    connect: false,
    logger: { level: 'info', stream, ...options },
  });
  for (const url of ['/health', '/songs/x?y=%22z"', '/nowhere/\\\u0001é\u2028']) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'DELETE'] as const) {
      await app.inject({
        method,
        url,
        headers: { 'x-request-id': 'my-id:1.2_3', origin: 'https://example.com' },
      });
    }
  }
  await app.close();
  return lines.filter((line) => line.includes('"msg":"request"'));
}

t.test('the line of a request is the same text as with pino', async (t) => {
  const lines = await linesOf({});
  t.equal(lines.length, 12);
  t.match(
    lines[0],
    /^\{"level":30,"time":0,"pid":\d+,"hostname":".+","reqId":"my-id:1\.2_3","method":"GET",/,
  );
  t.same(lines, await linesOf({ messageKey: 'msg' }));
});

t.test('options of the logger apply to the line of a request', async (t) => {
  t.same(await linesOf({ level: 'warn' }), []);
  t.same(await linesOf({ level: 'silent' }), []);
  t.equal((await linesOf({ level: 'debug' })).length, 12);
  t.match(await linesOf({ redact: ['url'] }), Array(12).fill('"url":"[Redacted]"'));
});

t.test('a route has its own level and serialisers', async (t) => {
  const lines: string[] = [];
  const logger = { level: 'info', stream: { write: (line: string) => void lines.push(line) } };
  const app = await buildApp(readConfig({}), {
    connect: false,
    logger,
    features: [
      async (routes) => {
        const schema = { hide: true, response: { 204: { type: 'null', description: 'Nothing.' } } };
        const handler = async (request: FastifyRequest, reply: FastifyReply) => {
          request.log.error({ code: 7 }, 'seen');
          return reply.code(204).send();
        };
        routes.get('/quiet', { schema, logLevel: 'error', handler });
        routes.get('/serialised', {
          schema,
          logSerializers: { code: (code: number) => `code ${code}` },
          handler,
        });
      },
    ],
  });
  t.teardown(() => app.close());
  await app.inject('/quiet');
  await app.inject('/serialised');
  const ours = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'seen' || msg === 'request');
  t.match(ours, [
    { msg: 'seen', code: 7 },
    { msg: 'seen', code: 'code 7' },
    { msg: 'request', url: '/serialised' },
  ]);
  t.equal(ours.length, 3);
});

t.test('credentials in a URL are not logged', async (t) => {
  const { call, log } = await startWithoutDatabase(t);
  const { key } = testKey('ada', []);
  const token = `eyJ${'a'.repeat(30)}.eyJ${'b'.repeat(30)}.${'c'.repeat(80)}`;
  await call('GET', `/health?access_token=${token}&api_key=${key}&page=1`);
  t.equal(log.at(-1)?.url, '/health?access_token=[credential]&api_key=[credential]&page=1');
  const long = `/health?${'x=1&'.repeat(50)}eyJ`;
  await call('GET', long);
  t.equal(log.at(-1)?.url, long);
});

t.test('the line of a response that breaks has the status 499', async (t) => {
  const warnings: unknown[] = [];
  const request = {
    method: 'GET',
    originalUrl: '/songs',
    routeOptions: {},
    log: { warn: (fields: object, text: string) => warnings.push({ ...fields, text }) },
  } as unknown as FastifyRequest;
  const reply = { elapsedTime: 1, request } as unknown as FastifyReply;
  new RequestLog(false).requestCompleted(new Error('socket hang up'), request, reply);
  t.match(warnings, [{ status: 499, text: 'client disconnected' }]);
});
