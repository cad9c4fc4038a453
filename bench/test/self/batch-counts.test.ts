import t from 'tap';
import { startService } from '../../../test/support/service.ts';
import { batchCountsIn, requestsPerBatch } from '../../self/batch-counts.ts';

t.test('the log of a stopped service contains its batches', async (t) => {
  const { app, call, log } = await startService(t, { BATCHING: 'on' });
  await Promise.all([1, 2, 2].map((id) => call('GET', `/songs/${id}`)));
  await app.close();
  const counts = batchCountsIn(log.map((line) => `${JSON.stringify(line)}\n`).join(''));
  t.match(counts, { 'songs.find': { shared: Number, queued: 0, inFlight: 0 } });
  const find = counts?.['songs.find'];
  t.equal(Number(find?.items) + Number(find?.shared), 3);
});

t.test('a service without batching logs none', async (t) => {
  const { app, log } = await startService(t, { BATCHING: 'off' });
  await app.close();
  t.notOk(log.some(({ msg }) => msg === 'Batches'));
  t.equal(batchCountsIn('{"msg":"Stopping"}\n'), undefined);
});

t.test('requests that shared an item count', async (t) => {
  const idle = { disconnected: 0, expired: 0, refused: 0, queued: 0, inFlight: 0 };
  t.equal(
    requestsPerBatch({
      lists: { ...idle, batches: 10, items: 10, shared: 190 },
      'songs.find': { ...idle, batches: 0, items: 0, shared: 0 },
    }),
    20,
  );
  t.equal(requestsPerBatch({}), undefined);
  t.equal(requestsPerBatch(undefined), undefined);
});
