import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import t from 'tap';
import { unique } from '../support/builders.ts';
import { startService } from '../support/service.ts';
import { unreliableServer } from '../support/unreliable-server.ts';
import { until } from '../support/until.ts';

const database = await unreliableServer(t);
const { app, call } = await startService(t, database.environment);
const base = await app.listen({ port: 0, host: '127.0.0.1' });
const artist = unique('Artist');
const CSV = { 'content-type': 'text/csv' };

const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => `Song ${from + n},${artist},${from + n}\n`).join('');

/** Begins a request. */
function open(method: string, path: string, headers: Record<string, string> = {}) {
  const sent = request(`${base}${path}`, { method, agent: false, headers });
  sent.on('error', () => {});
  return sent;
}

t.test('an outage breaks an import, which continues later', async (t) => {
  const headers = { ...CSV, 'idempotency-key': unique('key').replaceAll(' ', '-') };
  const body = `song,artist,year\n${rows(10_000, 2_200)}`;
  const job = async () => (await call('GET', '/jobs?sort=-id&limit=1')).body[0];
  // The connections to the embedded database share one session here: another one may break the transaction of the import.
  let sent: ClientRequest | undefined;
  let response: Promise<IncomingMessage> | undefined;
  let offset = 0;
  const send = () => {
    sent = open('POST', '/songs/import', headers);
    response = once(sent, 'response').then(([incoming]) => incoming);
    response.then(() => (sent = undefined)).catch(() => {});
    offset = body.length / 2;
    sent.write(body.slice(0, offset));
  };
  await until(async () => {
    if (!sent) send();
    // A broken import notices it with the next bytes.
    else sent.write(body.slice(offset, ++offset));
    const { created, state } = (await job()) ?? {};
    return created > 0 && state === 'running';
  }, 'Nothing is imported');
  await database.shut();
  sent?.end(body.slice(offset));
  const incoming = await response;
  incoming?.resume();
  t.equal(incoming?.statusCode, 503);
  await database.open();
  await until(
    async () => (await call('POST', '/songs/import', { payload: body, headers })).status === 200,
    'It does not continue',
  );
  t.match(await job(), { state: 'succeeded', created: 2_200, failed: 0 });
});
