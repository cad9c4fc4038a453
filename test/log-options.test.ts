import { execFileSync } from 'node:child_process';
import t from 'tap';
import { logOptions } from '../src/log-options.ts';

/** What a process with these options writes to standard output. */
function written(forPeople: boolean): string {
  const script = `
    Promise.all([import('pino'), import('./dist/src/log-options.js')]).then(([{ pino }, { logOptions }]) => {
      const log = pino(logOptions('warn', ${forPeople}));
      log.warn('something');
      log.info('too little to say');
    });`;
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
}

t.test('programs read JSON, line by line', async (t) => {
  t.match(JSON.parse(written(false)), { level: 40, msg: 'something' });
});

t.test('people read lines', async (t) => {
  t.match(written(true), /^\[\d\d:\d\d:\d\d\] .*WARN.*: .*something.*\n$/);
  t.match(logOptions('info', true), { level: 'info' });
  t.same(logOptions('info', false), { level: 'info' });
});
