// Imports a CSV or NDJSON file into a Setlist service, and shows the progress:
//   node import.mjs songs.csv [http://127.0.0.1:3000/songs]
// It can be repeated after an interruption: the import continues. SETLIST_TOKEN is an access token or an API key, if the service
// requires one, with the scopes songs:write and jobs:read.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

const [file, collection = 'http://127.0.0.1:3000/songs'] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: node import.mjs FILE [URL]');
  process.exit(1);
}
const { SETLIST_TOKEN: token } = process.env;
const authorization = token && { authorization: `Bearer ${token}` };

/** @throws {Error} if the service responds with an error. */
async function request(url, options) {
  const response = await fetch(url, { ...options, headers: { ...authorization, ...options?.headers } });
  if (!response.ok) throw new Error(`${url} responds with ${response.status}: ${await response.text()}`);
  return response;
}

/** The same file has the same key, so that a repeated import continues. */
async function keyOf(path) {
  const hash = createHash('sha256').update(collection);
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function show({ state, read, size, created, failed }) {
  const share = size ? read / size : 0;
  const bar = '█'.repeat(Math.round(share * 30)).padEnd(30, '░');
  const text = `${bar} ${Math.floor(share * 100)} %, ${created} created, ${failed} failed, ${state}`;
  process.stdout.write(process.stdout.isTTY ? `\r${text}` : `${text}\n`);
}

const accepted = await request(`${collection}/import`, {
  method: 'POST',
  headers: {
    'content-type': file.endsWith('.csv') ? 'text/csv' : 'application/x-ndjson',
    'content-length': String((await stat(file)).size),
    'idempotency-key': await keyOf(file),
    prefer: 'respond-async',
  },
  body: createReadStream(file),
  duplex: 'half',
});
const jobUrl = new URL(accepted.headers.get('location'), collection);
let job = await accepted.json();
while (!['succeeded', 'failed', 'cancelled'].includes(job.state)) {
  show(job);
  await delay(500);
  job = await (await request(jobUrl)).json();
}
show(job);
if (process.stdout.isTTY) console.log();
const failures = await request(`${jobUrl}/failures`);
process.stdout.write(await failures.text());
if (job.state !== 'succeeded' || job.failed > 0) process.exitCode = 1;
if (job.error) console.error(`The import ended with ${job.error}.`);
