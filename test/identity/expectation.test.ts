import type { AddressInfo } from 'node:net';
import t from 'tap';
import { acceptingKeys, fullKey } from '../support/credentials.ts';
import { rawExchanges } from '../support/raw-exchange.ts';
import { startService } from '../support/service.ts';

t.test('a client that expects 100-continue is rejected before it sends its body', async (t) => {
  const { app } = await startService(t, acceptingKeys(fullKey));
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const body = JSON.stringify({ title: 'Expected' });
  const request = (key: string) =>
    [
      'POST /tasks HTTP/1.1',
      'host: x',
      'connection: close',
      `authorization: Bearer ${key}`,
      'content-type: application/json',
      `content-length: ${body.length}`,
      'expect: 100-continue',
      '',
      body,
    ].join('\r\n');
  const statusesFor = async (key: string) =>
    (await rawExchanges(port, request(key))).map(({ status }) => status);
  t.same(await statusesFor('wrong'), [401]);
  t.same(await statusesFor(fullKey.key), [100, 201]);
});
