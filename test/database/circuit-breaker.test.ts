import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { CircuitBreaker } from '../../src/database/circuit-breaker.ts';
import { DatabaseUnavailable } from '../../src/database/failures.ts';

const unavailable = (code = 'ECONNREFUSED'): Error =>
  new DatabaseUnavailable('No', Object.assign(new Error('No'), { code }));

/** A breaker whose probes are settled by the test. */
function newBreaker() {
  const probes: { succeed(): void; fail(): void }[] = [];
  const breaker = new CircuitBreaker(
    () =>
      new Promise<void>((resolve, reject) => {
        probes.push({ succeed: resolve, fail: () => reject(unavailable()) });
      }),
  );
  let sent = 0;
  const run = (error?: Error) =>
    breaker.run(async () => {
      sent++;
      if (error) throw error;
      return 'result';
    });
  const failTimes = async (times: number, error: Error = unavailable()) => {
    for (let time = 0; time < times; time++) await run(error).catch(() => {});
  };
  return { run, failTimes, probes, sent: () => sent };
}

t.test('statements are sent, and their errors passed on, until five in a row have failed', async (t) => {
  const { run, failTimes, probes } = newBreaker();
  await failTimes(4);
  t.equal(await run(), 'result');
  await failTimes(4);
  const error = unavailable();
  await t.rejects(run(error), error, 'the fifth is sent as well');
  t.equal(probes.length, 0);
});

t.test(
  'an open circuit sends one probe, and its success lets the statements that wait for it pass',
  async (t) => {
    const { run, failTimes, probes, sent } = newBreaker();
    await failTimes(5);
    const results = Promise.all([run(), run(), run()]);
    t.equal(probes.length, 1);
    t.equal(sent(), 5, 'nothing else was sent');
    probes[0]?.succeed();
    t.same(await results, ['result', 'result', 'result']);
    t.equal(await run(), 'result', 'the circuit is closed');
    t.equal(probes.length, 1);
  },
);

t.test('a failed probe leaves the circuit open, and the next statement starts another one', async (t) => {
  const { run, failTimes, probes } = newBreaker();
  await failTimes(5);
  const first = run();
  probes[0]?.fail();
  await t.rejects(first, { name: 'DatabaseUnavailable' });
  const second = run();
  t.equal(probes.length, 2);
  probes[1]?.succeed();
  t.equal(await second, 'result');
});

t.test(
  'a statement does not wait for a probe that hangs, and its late success closes the circuit',
  async (t) => {
    const { run, failTimes, probes } = newBreaker();
    await failTimes(5);
    const keptAlive = setInterval(() => {}, 1_000);
    await t.rejects(run(), { name: 'DatabaseUnavailable' });
    clearInterval(keptAlive);
    await t.rejects(run(), { name: 'DatabaseUnavailable' });
    probes[0]?.succeed();
    await turn();
    t.equal(await run(), 'result');
    t.equal(probes.length, 1);
  },
);

t.test('a statement that the server does not even cancel opens the circuit at once', async (t) => {
  const { run, failTimes, probes, sent } = newBreaker();
  await failTimes(1, new DatabaseUnavailable('No', new Error('Query read timeout')));
  const refused = run();
  probes[0]?.fail();
  await t.rejects(refused, /does not respond/);
  t.equal(sent(), 1);
});

t.test('failures of single statements do not open the circuit', async (t) => {
  for (const error of [...['40001', '40P01', '55P03', '57014'].map(unavailable), new Error('A bug')]) {
    const { run, failTimes } = newBreaker();
    await failTimes(4);
    await failTimes(2, error);
    await failTimes(4);
    t.equal(await run(), 'result', String(error.cause ?? error));
  }
});
