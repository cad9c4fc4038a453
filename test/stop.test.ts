import t from 'tap';
import { stopAtOnce } from '../src/stop.ts';
import { startWithoutDatabase } from './support/service.ts';

t.test('shutdown ends with a log line when the service cannot be closed', async (t) => {
  const { app, log } = await startWithoutDatabase(t);
  const failing = t.capture(app, 'close', () => Promise.reject(new Error('unexpected')));
  await stopAtOnce(app);
  failing.restore();
  t.match(log.at(-1), { level: 50, err: { message: 'unexpected' } });
});
