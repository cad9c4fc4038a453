// Imports and exports many songs on a temporary PostgreSQL server, kills the service half-way, and prints what it measured:
//   npm run drill:transfers -- --rows 1000000
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { type ServerProcess, setlist, startServer } from './server-process.ts';
import { startThrowawayPostgres } from './throwaway-postgres.mjs';

const { rows: wanted } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } }).values;
const ROWS = Number(wanted);
/** Each hundredth row has no artist. */
const isBad = (row: number) => row % 100 === 0;
const EXPECTED = ROWS - Math.floor(ROWS / 100);

const folder = mkdtempSync(join(tmpdir(), 'setlist-drill-'));
const postgres = await startThrowawayPostgres();
const never = new AbortController().signal;
let failed = 0;

/** Prints a measurement, and counts it as failed if it is not as required. */
function report(name: string, value: string, isOk = true): void {
  if (!isOk) failed++;
  console.log(`${isOk ? ' ' : '✗'} ${name.padEnd(46)} ${value}`);
}

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

/** The highest resident memory of a process so far, in MiB. */
const peakMemory = (pid: number) =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** Sends `GET /health` 50 times per second until it is stopped, and returns the 99th percentile in milliseconds. */
function watchHealth(base: string): () => Promise<string> {
  const times: number[] = [];
  let isStopped = false;
  const loop = (async () => {
    while (!isStopped) {
      const start = performance.now();
      const response = await fetch(`${base}/health`).catch(() => undefined);
      await response?.arrayBuffer();
      if (response) times.push(performance.now() - start);
      await delay(20);
    }
  })();
  return async () => {
    isStopped = true;
    await loop;
    times.sort((a, b) => a - b);
    return `p99 ${times[Math.floor(times.length * 0.99)]?.toFixed(1)} ms, max ${times.at(-1)?.toFixed(1)} ms (${times.length} requests)`;
  };
}

/** Creates a task twice per second and follows its events until it is stopped; returns the time from a create to its event. */
function watchEvents(base: string): () => Promise<string> {
  const sent = new Map<string, number>();
  const times: number[] = [];
  const stream = request(`${base}/events?resource=task`, { agent: false });
  stream.on('error', () => {}).end();
  stream.once('response', (response) => {
    response.setEncoding('utf8').on('data', (text: string) => {
      for (const [, title = ''] of text.matchAll(/"title":"(Task [^"]+)"/g)) {
        const began = sent.get(title);
        if (began !== undefined) times.push(performance.now() - began);
      }
    });
  });
  let isStopped = false;
  const loop = (async () => {
    for (let count = 0; !isStopped; count++) {
      await delay(500);
      const title = `Task ${count}`;
      sent.set(title, performance.now());
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${base}/tasks`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ title }),
      });
      await response.arrayBuffer();
    }
  })();
  return async () => {
    isStopped = true;
    await loop;
    await delay(1_000);
    stream.destroy();
    return `${times.length} of ${sent.size} tasks, the latest after ${Math.max(0, ...times).toFixed(0)} ms`;
  };
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

/** The process writes how long its event loop was late: the 99th percentile and the maximum, in milliseconds. */
const WATCHER = `
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
const RESOLUTION = 10;
if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION).toFixed(1);
  setInterval(() => writeFileSync(process.env.DELAY_FILE, 'p99 ' + late(delay.percentile(99)) + ' ms, max ' + late(delay.max) + ' ms'), 200).unref();
}`;
const watcher = join(folder, 'watcher.mjs');
const delayFile = join(folder, 'delay');

const start = (url: string): Promise<ServerProcess> =>
  startServer(
    setlist,
    { DATABASE_URL: url, NODE_OPTIONS: `--import=${watcher}`, DELAY_FILE: delayFile },
    mkdtempSync(join(folder, 'server-')),
    never,
  );

const reportDelay = () => report('event loop of the service, late', readFileSync(delayFile, 'utf8'));

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
  reportDelay();
  report('memory of the service after the import', `${peakMemory(server.pid).toFixed(0)} MiB at most`);
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
  reportDelay();
  report('memory of the service', `${peakMemory(server.pid).toFixed(0)} MiB at most`);
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
  writeFileSync(watcher, WATCHER);
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
if (failed > 0) process.exitCode = 1;
