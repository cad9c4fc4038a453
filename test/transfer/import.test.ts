import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { unique } from '../support/builders.ts';
import type { Client } from '../support/client.ts';
import { acceptingKeys, authenticated, testKey } from '../support/credentials.ts';
import { testDatabase } from '../support/database.ts';
import { follow } from '../support/event-stream.ts';
import { startProcess } from '../support/process.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const CSV = { 'content-type': 'text/csv' };
const NDJSON = { 'content-type': 'application/x-ndjson' };
const JOB = { accept: 'application/json' };

const linesOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

const importSongs = (call: Client, payload: string, headers: Record<string, string> = {}) =>
  call('POST', '/songs/import', { payload, headers: { ...CSV, ...headers } });

const shared = await startService(t);
const base = await shared.app.listen({ port: 0, host: '127.0.0.1' });

/** The last job of a service. */
const lastJob = async (call: Client) => (await call('GET', '/jobs?sort=-id&limit=1')).body[0];

/** Songs of an artist as CSV, with different titles. */
const songsBy = (artist: string, count: number, from = 1) =>
  Array.from(
    { length: count },
    (_, n) => `Song ${String(from + n).padStart(6, '0')},${artist},${from + n}\n`,
  ).join('');

const HEADER = 'song,artist,year\n';

/** The years of the songs of an artist. */
async function yearsOf(call: Client, artist: string): Promise<number[]> {
  const { text } = await call('GET', `/songs/export?artist=${artist}&sort=year`, {
    headers: { accept: NDJSON['content-type'] },
  });
  return linesOf(text).map(({ year }) => year);
}

/** Sends the beginning of a body. */
function begin(base: string, body: string, headers: Record<string, string>): ClientRequest {
  const sent = request(`${base}/songs/import`, {
    method: 'POST',
    agent: false,
    headers: { ...CSV, ...headers },
  });
  sent.on('error', () => {});
  sent.write(body);
  return sent;
}

/** Begins an import, and waits until it has created rows. */
async function beginImport(call: Client, body: string, headers: Record<string, string> = {}) {
  const previous: number = (await lastJob(call))?.id ?? 0;
  const sent = begin(base, body, headers);
  await until(async () => {
    const job = await lastJob(call);
    return job?.id > previous && job.created > 0;
  }, 'Nothing is imported');
  const { id } = await lastJob(call);
  return { sent, id, job: async () => (await call('GET', `/jobs/${id}`)).body };
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

t.test('valid lines are imported, and the failures of others are reported', async (t) => {
  const { call } = shared;
  const artist = unique('Artist');
  const response = await importSongs(
    call,
    `${HEADER}a,${artist},1\n,${artist},2\na,${artist},3\nb,${artist},4\n`,
  );
  t.equal(response.status, 200);
  const lines = linesOf(response.text);
  t.match(lines, [
    { type: 'failure', line: 3, code: 'validation_failed', details: [{ loc: ['body', 'song'] }] },
    { type: 'failure', line: 4, code: 'song_exists', message: 'Song already exists' },
    {
      type: 'summary',
      job: { resource: 'song', format: 'csv', state: 'succeeded', lines: 5, created: 2, failed: 2 },
    },
  ]);
  t.same(await yearsOf(call, artist), [1, 4]);
  const { job } = lines.at(-1);
  t.same((await call('GET', `/jobs/${job.id}`)).body, job);
  t.same(
    linesOf((await call('GET', `/jobs/${job.id}/failures`)).text),
    lines.slice(0, -1).map(({ type, ...failure }) => failure),
  );
});

t.test('the limit of tasks applies, and tasks belong to the caller', async (t) => {
  const ada = testKey('ada', ['tasks:read', 'tasks:write', 'jobs:read']);
  const bob = testKey('bob', ['tasks:read', 'tasks:write', 'jobs:read', 'jobs:write']);
  const { call } = await startService(t, { ...acceptingKeys(ada, bob), MAX_TASKS: '2' });
  const asAda = authenticated(call, ada.key);
  const payload = 'title,done\na,true\nb,false\nc,\n';
  const { text } = await asAda('POST', '/tasks/import', { payload, headers: CSV });
  const [failure, { job }] = linesOf(text);
  t.match(failure, { line: 4, code: 'task_limit_reached' });
  t.equal((await asAda('GET', '/tasks')).body.length, 2);
  const asBob = authenticated(call, bob.key);
  t.same((await asBob('GET', '/tasks')).body, []);
  t.same((await asBob('GET', '/jobs')).body, []);
  for (const path of ['', '/failures']) t.equal((await asBob('GET', `/jobs/${job.id}${path}`)).status, 404);
  t.equal((await asBob('POST', `/jobs/${job.id}/cancel`)).status, 404);
  t.equal((await asAda('POST', `/jobs/${job.id}/cancel`)).status, 403);
});

t.test('malformed bodies are 422, and the rows before stay', async (t) => {
  const { call } = shared;
  const artist = unique('Artist');
  const broken = await importSongs(call, `${HEADER}a,${artist},1\n"b,${artist},2\n`);
  t.equal(broken.status, 422);
  t.match(broken.body.details, [{ type: 'malformed_csv', loc: ['body', 3], msg: 'A quote is not closed' }]);
  t.same(await yearsOf(call, artist), [1]);
  t.match(await lastJob(call), { state: 'failed', error: 'malformed_csv', created: 1 });
});

t.test('other formats, codings and charsets are 415; large bodies are 413', async (t) => {
  const { call, app } = await startService(t, { IMPORT_LIMIT: '1000' });
  for (const headers of [
    { 'content-type': 'application/json' },
    { 'content-type': 'text/csv; charset=latin1' },
    { ...CSV, 'content-encoding': 'gzip' },
  ])
    t.equal((await importSongs(call, HEADER, headers)).status, 415);
  t.equal((await call('POST', '/songs/import')).status, 415);
  t.equal((await importSongs(call, HEADER.padEnd(1_001, '\n'))).status, 413);
  t.equal((await importSongs(call, HEADER.padEnd(1_000, '\n'))).status, 200);
  const sent = begin(await app.listen({ port: 0, host: '127.0.0.1' }), HEADER, {});
  sent.end('x'.repeat(1_000));
  const [response] = await once(sent, 'response');
  response.resume();
  t.equal(response.statusCode, 413, 'without a Content-Length');
  t.match(await lastJob(call), { state: 'failed', error: 'body_too_large' });
  t.equal(app.initialConfig.bodyLimit, 32_768, 'the limit of other bodies differs');
});

t.test('a client that waits with its body is asked for it, also if it is large', async (t) => {
  const body = `${HEADER}${songsBy(unique('Artist'), 2_000)}`;
  const headers = { ...CSV, expect: '100-continue', 'content-length': String(body.length) };
  const sent = request(`${base}/songs/import`, { method: 'POST', agent: false, headers });
  const response = once(sent, 'response');
  sent.flushHeaders();
  await once(sent, 'continue');
  sent.end(body);
  const [incoming] = await response;
  t.equal(incoming.statusCode, 200);
  t.equal((await lastJob(shared.call)).created, 2_000);
  incoming.destroy();
});

t.test('a repeated import has no second effect', async (t) => {
  const { call } = shared;
  const artist = unique('Artist');
  const headers = { 'idempotency-key': unique('key').replaceAll(' ', '-') };
  const body = `${HEADER}${songsBy(artist, 3)},${artist},1\n`;
  const first = await importSongs(call, body, headers);
  const second = await importSongs(call, body, headers);
  t.equal(second.text, first.text);
  t.equal(first.headers['idempotency-replayed'], undefined);
  t.equal(second.headers['idempotency-replayed'], 'true');
  t.same((await importSongs(call, body, { ...headers, ...JOB })).body, linesOf(first.text).at(-1).job);
  t.equal((await importSongs(call, '{}', { ...headers, ...NDJSON })).status, 422, 'another format');
  const tasks = await call('POST', '/tasks/import', {
    payload: 'title\nx\n',
    headers: { ...CSV, ...headers },
  });
  t.equal(tasks.body.code, 'idempotency_key_reused');
});

t.test('an import continues after its client has disconnected', async (t) => {
  const { call } = shared;
  const artist = unique('Artist');
  const body = `${HEADER + songsBy(artist, 7_000)},${artist},1\n`;
  const headers = { 'idempotency-key': unique('key').replaceAll(' ', '-') };
  const part = body.slice(0, body.length * 0.6);
  const cut = await beginImport(call, part, headers);
  t.equal((await importSongs(call, body, headers)).status, 409, 'while it runs');
  cut.sent.destroy();
  await until(async () => (await cut.job()).state === 'waiting', 'The import does not end');
  const other = await importSongs(call, body.replace('000001', '000000'), headers);
  t.equal(other.body.code, 'idempotency_key_reused', 'with another body');
  t.equal((await cut.job()).state, 'waiting');
  const { text } = await importSongs(call, body, headers);
  t.match(linesOf(text), [
    { line: 7_002 },
    { job: { state: 'succeeded', created: 7_000, failed: 1, lines: 7_002 } },
  ]);
  t.same(await yearsOf(call, artist), upTo(7_000));

  const unnamed = await beginImport(call, HEADER + songsBy(artist, 3_500, 10_000));
  unnamed.sent.destroy();
  await until(async () => (await unnamed.job()).state === 'failed', 'The import does not end');
});

t.test('an import after the response: 202, progress in the job and in events', async (t) => {
  const { app, call } = shared;
  const follower = await follow(t, `${base}/events?resource=job`);
  const artist = unique('Artist');
  const headers = { prefer: 'respond-async', 'idempotency-key': unique('key').replaceAll(' ', '-') };
  const body = `${HEADER + songsBy(artist.padEnd(190, '-'), 1_500)},${artist},1\n`;
  const accepted = await importSongs(call, body, headers);
  t.equal(accepted.status, 202);
  t.equal(accepted.headers['preference-applied'], 'respond-async');
  const url = String(accepted.headers.location);
  t.equal(url, `/jobs/${accepted.body.id}`);
  await until(async () => (await call('GET', url)).body.state === 'succeeded', 'The import does not end');
  t.match((await call('GET', url)).body, {
    created: 1_500,
    failed: 1,
    lines: 1_502,
    size: body.length,
    read: body.length,
  });
  t.same(await yearsOf(call, artist.padEnd(190, '-')), upTo(1_500));
  const { rows } = await app.pg.query('SELECT FROM job_uploads');
  t.equal(rows.length, 0, 'the body is removed');
  t.equal((await importSongs(call, body, headers)).headers['idempotency-replayed'], 'true');
  const states = () =>
    follower.frames.filter(({ data }) => data.subject === url).map(({ data }) => data.data.state);
  await until(() => states().includes('succeeded'), 'The events are missing');
  t.same([...new Set(states())], ['waiting', 'uploading', 'running', 'succeeded']);
});

t.test('a body that breaks before it is stored leaves no job', async (t) => {
  const { call } = shared;
  const previous = (await lastJob(call))?.id ?? 0;
  const sent = begin(base, HEADER, { prefer: 'respond-async' });
  await until(async () => (await lastJob(call))?.state === 'uploading', 'The body is not stored');
  sent.destroy();
  await until(async () => ((await lastJob(call))?.id ?? 0) === previous, 'The job stays');
  t.pass();
});

t.test('a job is cancelled', async (t) => {
  const { call } = shared;
  const artist = unique('Artist');
  const { sent, id } = await beginImport(call, HEADER + songsBy(artist, 3_500), JOB);
  const received = once(sent, 'response');
  const { state, created } = (await call('POST', `/jobs/${id}/cancel`)).body;
  t.equal(state, 'cancelled');
  t.equal((await call('POST', `/jobs/${id}/cancel`)).status, 409);
  // The next batch notices it, before the end of the body.
  sent.write(songsBy(artist, 3_100, 3_501));
  const [response] = await received;
  response.resume();
  t.equal(response.statusCode, 200);
  sent.destroy();
  t.same(await yearsOf(call, artist), upTo(created));
});

t.test('no more imports run at a time than configured', async (t) => {
  const { call, app } = await startService(t, { IMPORTS_MAX: '1' });
  const running = begin(await app.listen({ port: 0, host: '127.0.0.1' }), HEADER, {});
  await until(async () => (await call('GET', '/jobs')).body.length === 1, 'The import does not run');
  t.equal((await importSongs(call, HEADER)).status, 503);
  running.end();
  const [response] = await once(running, 'response');
  response.resume();
  t.equal(response.statusCode, 200);
  t.equal((await importSongs(call, HEADER)).status, 200);
});

t.test('a killed process loses and repeats nothing', async (t) => {
  const environment = await testDatabase(t);
  const artist = unique('Artist').replaceAll(' ', '-');
  const body = HEADER + songsBy(artist, 3_000);
  const headers = { 'idempotency-key': artist };
  const service = await startProcess(t, environment);
  const later = await importSongs(service.call, HEADER + songsBy(`${artist}-later`, 3_000), {
    prefer: 'respond-async',
  });
  const path = `/jobs/${later.body.id}`;
  begin(service.base, body, headers);
  const createdRows = async () =>
    (await service.call('GET', '/jobs')).body.map(({ created }: { created: number }) => created);
  await until(
    async () => (await createdRows()).some((created: number) => created > 0),
    'Nothing is imported',
  );
  await service.end('SIGKILL');
  const { call } = await startProcess(t, environment);
  await until(async () => {
    const response = await importSongs(call, body, headers);
    if (response.status === 200)
      t.match(linesOf(response.text), [{ job: { state: 'succeeded', created: 3_000, failed: 0 } }]);
    else await delay(500);
    return response.status === 200;
  }, 'The import does not continue');
  t.same(await yearsOf(call, artist), upTo(3_000));
  await until(
    async () => (await call('GET', path)).body.state === 'succeeded',
    'The stored import does not continue',
  );
  t.match((await call('GET', path)).body, { created: 3_000, failed: 0 });
  t.same(await yearsOf(call, `${artist}-later`), upTo(3_000));
});

t.test('export, import and export are identical', async (t) => {
  const source = await startService(t);
  const artist = unique('Artist');
  for (const song of ['=1+1', "'=x", 'a,"b"\n', '  blank', '\u{1f3b8}'])
    await source.call('POST', '/songs', { json: { song, artist } });
  for (const accept of ['text/csv', 'application/x-ndjson']) {
    const target = await startService(t);
    // Without the rows of migrations.
    for (const { app } of [source, target]) await app.pg.query('DELETE FROM songs WHERE id < 4');
    const exported = await source.call('GET', '/songs/export?sort=song', { headers: { accept } });
    const imported = await importSongs(target.call, exported.text, { 'content-type': accept, ...JOB });
    t.match(imported.body, { failed: 0 });
    const again = await target.call('GET', '/songs/export?sort=song', { headers: { accept } });
    const withoutStamps = (text: string) => text.replaceAll(/^\d+,|\d{4}-\d\d-\d\dT[\d:.]+Z|"id":\d+/gm, '');
    t.equal(withoutStamps(again.text), withoutStamps(exported.text));
  }
});
