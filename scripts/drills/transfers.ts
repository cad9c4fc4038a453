// Imports and exports many songs on a temporary PostgreSQL server, kills the service half-way, and prints what it measured:
//   npm run drill:transfers -- --rows 1000000
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { type ServerProcess, setlist, startServer } from '../server-process.ts';
import { startThrowawayPostgres } from '../throwaway-postgres.mjs';
import { eventLoopWatcher, memoryOf, report, watchEvents, watchHealth } from './measurements.ts';

const { rows: wanted } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } }).values;
const ROWS = Number(wanted);
/** Each hundredth row has no artist. */
const isBad = (row: number) => row % 100 === 0;
const EXPECTED = ROWS - Math.floor(ROWS / 100);

const folder = mkdtempSync(join(tmpdir(), 'setlist-drill-'));
const postgres = await startThrowawayPostgres();
const eventLoop = eventLoopWatcher(folder);
const never = new AbortController().signal;

async function databaseUrl(name: string): Promise<string> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  return url.href;
}

async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Row>(text);
  await client.end();
  return rows;
}

/** Writes the songs as CSV; the file of `\copy` has no bad rows. */
async function writeSongs(path: string, withBad: boolean): Promise<void> {
  const file = createWriteStream(path);
  file.write('song,artist,year\n');
  for (let row = 1; row <= ROWS; row++) {
    if (isBad(row) && !withBad) continue;
    const line = `Song ${String(row).padStart(8, '0')},${isBad(row) ? '' : `Artist ${row % 1000}`},${row % 3000}\n`;
    if (!file.write(line)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

/** Imports the file; undefined if the service ends before the response. */
async function importFile(base: string, path: string, onBytes: (sent: number) => void) {
  const size = statSync(path).size;
  const sent = request(`${base}/songs/import`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'text/csv', 'content-length': size, 'idempotency-key': 'drill' },
  });
  const response = once(sent, 'response').then(
    ([incoming]) => incoming,
    () => undefined,
  );
  let bytes = 0;
  const body = createReadStream(path, { highWaterMark: 65_536 });
  body.on('data', (chunk) => {
    bytes += chunk.length;
    onBytes(bytes);
  });
  await pipeline(body, sent).catch(() => {});
  const incoming = await response;
  if (!incoming) return undefined;
  let text = '';
  for await (const chunk of incoming.setEncoding('utf8')) text += chunk;
  return { status: Number(incoming.statusCode), text };
}

const start = (url: string): Promise<ServerProcess> =>
  startServer(
    setlist,
    { DATABASE_URL: url, ...eventLoop.environment },
    mkdtempSync(join(folder, 'server-')),
    never,
  );

async function drillImport(url: string, path: string): Promise<ServerProcess> {
  let server = await start(url);
  const half = statSync(path).size / 2;
  const began = performance.now();
  let isKilled = false;
  const first = await importFile(server.base, path, (bytes) => {
    if (bytes > half && !isKilled) {
      isKilled = true;
      process.kill(server.pid, 'SIGKILL');
    }
  });
  const untilKill = (performance.now() - began) / 1000;
  report(
    'the first request was broken by kill -9',
    first === undefined ? 'yes' : String(first.status),
    first === undefined,
  );
  await server.stop();
  server = await start(url);
  const stopWatching = watchHealth(server.base);
  const stopFollowing = watchEvents(server.base);
  let resumed = performance.now();
  let result = await importFile(server.base, path, () => {});
  while (result?.status === 409) {
    await delay(1_000);
    resumed = performance.now();
    result = await importFile(server.base, path, () => {});
  }
  const seconds = untilKill + (performance.now() - resumed) / 1000;
  report('GET /health during the import', await stopWatching());
  report('events of other changes during the import', await stopFollowing());
  eventLoop.report();
  report('memory of the service after the import', `${memoryOf(server.pid, 'peak').toFixed(0)} MiB at most`);
  const lines = (result?.text ?? '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const failures = lines.filter(({ type }) => type === 'failure');
  const numbers = failures.map(({ line }) => line);
  report('response', `${result?.status}, ${failures.length} failures`, failures.length === ROWS - EXPECTED);
  report(
    'each bad line is reported once',
    `${new Set(numbers).size} lines`,
    numbers.every((line) => isBad(line - 1)) && new Set(numbers).size === numbers.length,
  );
  const [stored] = await query<{ count: number; distinct: number }>(
    url,
    `SELECT count(*)::integer AS count, count(DISTINCT (song, artist))::integer AS distinct FROM songs WHERE song LIKE 'Song %'`,
  );
  report(
    'rows',
    `${stored?.count}, ${stored?.distinct} different`,
    stored?.count === EXPECTED && stored.distinct === EXPECTED,
  );
  report('import, both requests', `${seconds.toFixed(1)} s, ${Math.round(ROWS / seconds)} rows/s`);
  return server;
}

/** The time of `\copy` into the same table, with its indexes and triggers. */
async function measureCopy(path: string): Promise<void> {
  const url = await databaseUrl('copied');
  await (await start(url)).stop();
  const began = performance.now();
  execFileSync(
    'psql',
    [url, '-qc', `\\copy songs (song, artist, year) from '${path}' with (format csv, header)`],
    { stdio: 'inherit' },
  );
  report('psql \\copy', `${((performance.now() - began) / 1000).toFixed(1)} s`);
}

/** Exports all songs, and compares their number and hash with SQL. @param pause The time between two reads, in ms. */
async function drillExport(server: ServerProcess, url: string, pause: number): Promise<void> {
  const name = pause === 0 ? 'export' : 'export, a reader that pauses for 30 s';
  const stopWatching = watchHealth(server.base);
  const began = performance.now();
  const sent = request(`${server.base}/songs/export`, {
    agent: false,
    headers: { accept: 'application/x-ndjson' },
  });
  sent.end();
  const [response] = await once(sent, 'response');
  const hash = createHash('sha256');
  let rest = '';
  let count = 0;
  let hasPaused = pause === 0;
  for await (const chunk of response.setEncoding('utf8')) {
    if (!hasPaused) {
      hasPaused = true;
      await delay(pause);
    }
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { id, song, artist, year } = JSON.parse(line);
      hash.update(`${id}|${song}|${artist}|${year}\n`);
      count++;
    }
  }
  report(name, `${count} rows in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  report('GET /health during it', await stopWatching());
  eventLoop.report();
  report('memory of the service', `${memoryOf(server.pid, 'peak').toFixed(0)} MiB at most`);
  const psql = spawn('psql', [
    url,
    '-Atc',
    `copy (select id || '|' || song || '|' || artist || '|' || coalesce(year::text, 'null') from songs order by id) to stdout`,
  ]);
  const expected = createHash('sha256');
  await pipeline(psql.stdout, expected);
  const isSame = hash.digest('hex') === expected.digest('hex');
  report('its rows are those of the table', isSame ? 'same SHA-256' : 'they differ', isSame);
}

try {
  const good = join(folder, 'good.csv');
  const all = join(folder, 'all.csv');
  await writeSongs(good, false);
  await writeSongs(all, true);
  console.log(`${ROWS} rows, ${ROWS - EXPECTED} of them bad, ${(statSync(all).size / 1e6).toFixed(1)} MB`);
  const url = await databaseUrl('drill');
  const server = await drillImport(url, all);
  await server.stop();
  await measureCopy(good);
  const exporting = await start(url);
  await drillExport(exporting, url, 0);
  await drillExport(exporting, url, 30_000);
  await exporting.stop();
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
