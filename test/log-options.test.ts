import { execFileSync } from 'node:child_process';
import t from 'tap';
import { logOptions } from '../src/log-options.ts';

/** What a process with these options writes to standard output. */
function written(forPeople: boolean): string {
  const script = `
    import Fastify from 'fastify';
    import { logOptions } from './dist/src/log-options.js';
    const { log } = Fastify({ logger: await logOptions('warn', ${forPeople}) });
    log.warn('something');
    log.info('too little to say');`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
}

t.test('programs read JSON, line by line', async (t) => {
  t.match(JSON.parse(written(false)), { level: 40, msg: 'something' });
});

t.test('people read lines', async (t) => {
  t.match(written(true), /^\[\d\d:\d\d:\d\d\] .*WARN.*: .*something.*\n$/);
  t.match(await logOptions('info', true), { level: 'info' });
});
