import Fastify from 'fastify';
import t from 'tap';
import { RenderedDocument } from '../../src/openapi/rendered-document.ts';

t.test('a document is rendered once, on the first request', async (t) => {
  let renderings = 0;
  const document = new RenderedDocument('text/plain', () => `rendered ${++renderings} times`);
  const app = Fastify();
  app.get('/', (request, reply) => document.send(request, reply));
  await app.ready();
  t.equal(renderings, 0);
  const ask = (coding: string) => app.inject({ url: '/', headers: { 'accept-encoding': coding } });
  const codings = ['br', 'gzip', 'identity'];
  const [first, second] = await Promise.all([Promise.all(codings.map(ask)), Promise.all(codings.map(ask))]);
  t.equal(renderings, 1);
  t.equal((await ask('')).payload, 'rendered 1 times');
  for (const [index, response] of first.entries())
    t.ok(second[index]?.rawPayload.equals(response.rawPayload));
});
