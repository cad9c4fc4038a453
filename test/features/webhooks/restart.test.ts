import t from 'tap';
import { createSong } from '../../support/builders.ts';
import { onServer, testDatabase } from '../../support/database.ts';
import { startProcess } from '../../support/process.ts';
import { type Received, startReceiver } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';
import { createWebhook, startSending } from './service.ts';

/** The years of a song, in the order in which they were first received. */
const yearsOf = (received: readonly Received[], url: string) => [
  ...new Set(received.filter(({ event }) => event.subject === url).map(({ event }) => event.data.year)),
];

t.test('after kill -9, each event is delivered, in order per resource', async (t) => {
  const environment = {
    ...(await testDatabase(t)),
    WEBHOOKS: 'on',
    WEBHOOKS_ALLOW_PRIVATE: 'true',
  };
  const killed = await startProcess(t, environment);
  // Attempts are under way when the process is killed.
  const receiver = await startReceiver(t, (response) => setTimeout(() => response.writeHead(204).end(), 50));
  await createWebhook(killed.call, { url: receiver.url });
  const songs = await Promise.all([1, 2, 3, 4, 5, 6].map(() => createSong(killed.call, { year: 0 })));
  for (let year = 1; year <= 3; year++)
    for (const { url } of songs) await killed.call('PATCH', url, { json: { year } });
  await until(() => receiver.accepted.length >= 3, 'Nothing is delivered');
  await killed.end('SIGKILL');

  await startProcess(t, environment);
  const isComplete = () => songs.every(({ url }) => yearsOf(receiver.accepted, url).length === 4);
  await until(isComplete, 'Some events are not delivered');
  for (const { url } of songs) t.same(yearsOf(receiver.accepted, url), [0, 1, 2, 3], url);
});

if (onServer) {
  t.test('two instances deliver each event once, in order per resource', async (t) => {
    const environment = await testDatabase(t);
    const [first, second] = [await startSending(t, environment), await startSending(t, environment)];
    const receiver = await startReceiver(t, (response) => setTimeout(() => response.writeHead(204).end(), 2));
    await createWebhook(first.call, { url: receiver.url });
    const songs = await Promise.all([1, 2, 3, 4, 5, 6].map(() => createSong(second.call, { year: 0 })));
    for (let year = 1; year <= 5; year++)
      await Promise.all(
        songs.map(({ url }, index) =>
          (index % 2 === 0 ? first : second).call('PATCH', url, { json: { year } }),
        ),
      );
    await until(() => receiver.accepted.length >= 36, 'Some events are not delivered');
    t.equal(receiver.requests.length, 36);
    for (const { url } of songs) t.same(yearsOf(receiver.accepted, url), [0, 1, 2, 3, 4, 5], url);
  });
}
