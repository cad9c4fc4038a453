import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';

/** What a process that logs so writes to standard output, and the code that it ends with. */
async function run(statements: string): Promise<{ lines: string[]; code: number | null }> {
  const script = `
    import pino from 'pino';
    import { logDestination } from './dist/src/log-destination.js';
    const log = pino({ base: null, timestamp: false }, logDestination());
    ${statements}`;
  const { stdout, code } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    script,
  ]).then(
    ({ stdout }) => ({ stdout, code: 0 }),
    (error: { stdout: string; code: number | null }) => error,
  );
  const messages = stdout.split('\n').slice(0, -1);
  return { lines: messages.map((line) => JSON.parse(line).msg), code };
}

const counted = (count: number) => Array.from({ length: count }, (_, index) => String(index));

t.test('every line is written, in the order in which they came, over many turns', async (t) => {
  const { lines } = await run(`
    for (let turn = 0; turn < 20; turn++) {
      for (let line = 0; line < 500; line++) log.info(String(turn * 500 + line));
      await new Promise(setImmediate);
    }`);
  t.same(lines, counted(10_000));
});

t.test('what was logged just before the process ends is written', async (t) => {
  t.same(await run(`log.info('0'); log.info('1'); process.exit(3);`), { lines: counted(2), code: 3 });
  t.same(await run(`log.info('0'); throw new Error('unexpected');`), { lines: counted(1), code: 1 });
});

t.test('a fatal error is written at once, with what came before it', async (t) => {
  t.same(
    (await run(`log.info('0'); log.fatal('1'); process.kill(process.pid, 'SIGKILL');`)).lines,
    counted(2),
  );
});
