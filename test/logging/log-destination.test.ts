import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { temporaryFolder } from '../support/database.ts';
import { until } from '../support/until.ts';

interface Logger {
  process: ChildProcess;
  /** Its standard error, to which statements write with `say(text)`. */
  said(): string;
  /** Its exit code, after it has exited. */
  ended: Promise<number | null>;
}

/** Starts a process that logs to the given standard output, which is not read yet. */
function start(t: Test, stdout: 'pipe' | number, statements: string, prelude = ''): Logger {
  const script = `
    import { writeSync } from 'node:fs';
    import pino from 'pino';
    import { logDestination } from './dist/src/logging/log-destination.js';
    const say = (text) => writeSync(2, text);
    ${prelude}
    const log = pino({ base: null, timestamp: false }, logDestination());
    ${statements}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', stdout, 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (chunk) => (said += chunk));
  const ended = once(child, 'exit').then(([code]) => code);
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { process: child, said: () => said, ended };
}

/** The further messages of the process, until it exits. */
async function messages({ process: { stdout } }: Logger): Promise<string[]> {
  let text = '';
  stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  if (stdout) await once(stdout, 'end');
  return messagesIn(text);
}

const messagesIn = (text: string): string[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).msg);

const counted = (count: number) => Array.from({ length: count }, (_, index) => String(index));

/** Logs far more than a pipe and the buffer can hold, over several turns. */
const FLOOD = `
  const long = 'x'.repeat(1_000);
  for (let line = 0; line < 30_000; line++) {
    log.info({ long }, String(line));
    if (line % 100 === 0) await new Promise(setImmediate);
  }`;

t.test('every line is written in order, over many turns', async (t) => {
  const logger = start(
    t,
    'pipe',
    `for (let turn = 0; turn < 20; turn++) {
      for (let line = 0; line < 500; line++) log.info(String(turn * 500 + line));
      await new Promise(setImmediate);
    }`,
  );
  t.same(await messages(logger), counted(10_000));
});

t.test('every line is written to a file', async (t) => {
  const file = join(await temporaryFolder(t), 'log');
  const fd = openSync(file, 'a');
  const logger = start(t, fd, `for (let line = 0; line < 1_000; line++) log.info(String(line));`);
  closeSync(fd);
  t.equal(await logger.ended, 0);
  t.same(messagesIn(readFileSync(file, 'utf8')), counted(1_000));
});

t.test('lines logged just before the exit are written', async (t) => {
  const exiting = start(t, 'pipe', `log.info('0'); log.info('1'); process.exit(3);`);
  t.same(await messages(exiting), counted(2));
  t.equal(await exiting.ended, 3);
  const failing = start(t, 'pipe', `log.info('0'); throw new Error('unexpected');`);
  t.same(await messages(failing), counted(1));
  t.equal(await failing.ended, 1);
});

t.test('a fatal error is written immediately, with all lines before it', async (t) => {
  const logger = start(t, 'pipe', `log.info('0'); log.fatal('1'); process.kill(process.pid, 'SIGKILL');`);
  t.same(await messages(logger), counted(2));
});

t.test('a stalled reader does not block the service, and dropped lines are counted', async (t) => {
  const logger = start(
    t,
    'pipe',
    `${FLOOD}
    say('flooded');
    log.fatal('the last words');
    process.once('SIGUSR2', () => process.exit());
    setInterval(() => {}, 1_000);`,
  );
  await until(() => logger.said() === 'flooded', 'The process waits for its reader');

  const { stdout } = logger.process;
  let text = '';
  stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await until(() => text.includes('were dropped'), 'The number of dropped lines is not logged');
  await until(() => text.endsWith('\n'), 'A line is incomplete');
  logger.process.kill('SIGUSR2');
  t.equal(await logger.ended, 0);
  const written = messagesIn(text);
  const note = written.pop() ?? '';
  t.equal(written.pop(), 'the last words', 'the fatal error is written');
  t.same(written, counted(written.length), 'the first lines are kept, in order');
  t.ok(written.length > 5_000, 'as many as the buffer can hold');
  t.equal(note, `${30_000 - written.length} log lines were dropped: standard output was too slow`);
});

t.test('a stalled reader does not delay the exit', async (t) => {
  const logger = start(t, 'pipe', `${FLOOD} process.exit(3);`);
  t.equal(await logger.ended, 3);
});

t.test('the exit waits for a slow reader', async (t) => {
  const logger = start(
    t,
    'pipe',
    `for (let line = 0; line < 20_000; line++) log.info(String(line));
    process.exit(3);`,
  );
  t.same(await messages(logger), counted(20_000));
  t.equal(await logger.ended, 3);
});

t.test('a full disk and a closed pipe do not block the service', async (t) => {
  const full = openSync('/dev/full', 'a');
  const onFullDisk = start(t, full, FLOOD);
  closeSync(full);
  t.equal(await onFullDisk.ended, 0);

  const unheard = start(t, 'pipe', FLOOD);
  unheard.process.stdout?.destroy();
  t.equal(await unheard.ended, 0);
  t.equal(unheard.said(), '');
});

t.test('lines that could not be written are retried', async (t) => {
  const pipe = join(await temporaryFolder(t), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const first = spawn('head', ['-n', '1', pipe]);
  const fd = openSync(pipe, 'a');
  const logger = start(
    t,
    fd,
    `log.info('0');
    process.once('SIGUSR2', () => log.info('1'));
    setInterval(() => {}, 1_000);`,
  );
  closeSync(fd);
  await once(first, 'exit');
  logger.process.kill('SIGUSR2');
  const second = spawn('head', ['-n', '1', pipe]);
  let text = '';
  second.stdout.on('data', (chunk) => (text += chunk));
  await once(second.stdout, 'end');
  t.same(messagesIn(text), ['1']);
});

t.test('lines are written to a terminal', async (t) => {
  const output = execFileSync(
    'script',
    [
      '-qec',
      `${process.execPath} --input-type=module -e "import pino from 'pino'; import { logDestination } from './dist/src/logging/log-destination.js'; pino({ base: null, timestamp: false }, logDestination()).info('0')"`,
      '/dev/null',
    ],
    { encoding: 'utf8' },
  );
  t.same(messagesIn(output), ['0']);
});

t.test('a device that cannot be reopened is used directly', async (t) => {
  const device = openSync('/dev/null', 'a');
  const prelude = `
    const { default: fs } = await import('node:fs');
    const { syncBuiltinESMExports } = await import('node:module');
    fs.openSync = () => { say('refused'); throw new Error('EACCES'); };
    syncBuiltinESMExports();`;
  const logger = start(t, device, "log.info('0');", prelude);
  closeSync(device);
  t.equal(await logger.ended, 0);
  t.equal(logger.said(), 'refused');
});
