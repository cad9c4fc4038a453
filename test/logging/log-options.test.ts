import { execFileSync } from 'node:child_process';
import t from 'tap';
import { logOptions, prettyLines } from '../../src/logging/log-options.ts';

/** The standard output of a process with these options. */
function written(forPeople: boolean): string {
  const script = `
    import Fastify from 'fastify';
    import { logOptions } from './dist/src/logging/log-options.js';
    const { log } = Fastify({ logger: await logOptions('warn', ${forPeople}) });
    log.warn('something');
    log.info('too little to say');`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
}

t.test('the log for programs is JSON lines', async (t) => {
  t.match(JSON.parse(written(false)), { level: 40, msg: 'something' });
});

t.test('the log for people is readable lines', async (t) => {
  t.match(written(true), /^\[\d\d:\d\d:\d\d\] .*WARN.*: .*something.*\n$/);
  t.match(await logOptions('info', true), { level: 'info' });
});

const logged = (line: object) =>
  JSON.stringify({ level: 30, time: Date.now(), pid: 7, hostname: 'h', ...line });
const request = { reqId: 'r', method: 'GET', url: '/songs', status: 200, ms: 1.23, msg: 'request' };

t.test('a request is one line for people, coloured by its status', async (t) => {
  const plain = await prettyLines({ colorize: false });
  t.match(plain(logged(request)), /^\[\d\d:\d\d:\d\d\] INFO: GET \/songs 200 1\.23 ms *\n$/);
  t.match(
    plain(logged({ ...request, level: 40, msg: 'request broke off' })),
    /WARN: GET \/songs 200 1\.23 ms request broke off *\n$/,
  );
  t.match(
    plain(logged({ status: 400, code: 'malformed_request', ms: 0, msg: 'request' })),
    /INFO: \(broken request\) 400 0 ms \{"code":"malformed_request"\}\n$/,
  );
  t.match(
    plain(logged({ ...request, url: '/songs\u009b2J?q=\u001b[31m' })),
    'GET /songs\u{FFFD}2J?q=\u{FFFD}[31m 200',
    'control sequences of a client have no effect on a terminal',
  );

  const coloured = await prettyLines({ colorize: true });
  for (const [status, colour] of [
    [200, 32],
    [304, 36],
    [404, 33],
    [503, 31],
  ]) {
    t.match(coloured(logged({ ...request, status })), `\u001b[${colour}m${status}\u001b[3`);
  }
});

t.test('an error for people has its stack and all other fields', async (t) => {
  const pretty = await prettyLines({ colorize: false });
  const err = { type: 'Error', message: 'broken', stack: 'Error: broken\n    at here' };
  t.match(
    pretty(logged({ level: 50, reqId: 'r', err, msg: 'Failed' })),
    /ERROR: Failed[\s\S]*broken\n +at here/,
  );
  t.match(
    pretty(logged({ migrations: ['001'], msg: 'Migrated' })),
    /INFO: Migrated \{"migrations":\["001"\]\}\n$/,
  );
  t.match(pretty(logged({ extra: 1 })), '{"extra":1}', 'without a message');
});

t.test('the statistics of the batches are omitted for people', async (t) => {
  const pretty = await prettyLines();
  t.equal(pretty(logged({ batches: { songs: { batches: 1 } }, msg: 'Batches' })), '');
});
