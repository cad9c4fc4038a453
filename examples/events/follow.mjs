// Follows the events of a Setlist service, and goes on from the last one after a restart:
//   node follow.mjs http://127.0.0.1:3000 [STATE-FILE]
// SETLIST_TOKEN is an access token or an API key, if the service requires one. Needs the package eventsource 3.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { EventSource } from 'eventsource';

const [base = 'http://127.0.0.1:3000', stateFile = 'last-event-id'] = process.argv.slice(2);
const { SETLIST_TOKEN: token } = process.env;

/** The id of the last event that was handled; empty at the first start. */
function readState() {
  return existsSync(stateFile) ? readFileSync(stateFile, 'utf8') : '';
}

const last = readState();
const source = new EventSource(`${base}/events${last && `?after=${last}`}`, {
  fetch: (url, init) =>
    fetch(url, { ...init, headers: { ...init.headers, ...(token && { authorization: `Bearer ${token}` }) } }),
});

/** @param {MessageEvent} event */
function handle({ type, data, lastEventId }) {
  if (type === 'reset') console.log('Events are missing: read all resources again.');
  else if (type !== 'checkpoint') console.log(type, JSON.parse(data).subject);
  // After the event was handled: a crash in between repeats it.
  writeFileSync(stateFile, lastEventId);
}

for (const resource of ['song', 'task'])
  for (const change of ['created', 'updated', 'deleted'])
    source.addEventListener(`${resource}.${change}`, handle);
source.addEventListener('checkpoint', handle);
source.addEventListener('reset', handle);
source.addEventListener('error', ({ code, message }) => {
  // Without a code it reconnects by itself.
  if (code === undefined) return;
  console.error(`The service responds with ${code}: ${message}`);
  process.exitCode = 1;
});
