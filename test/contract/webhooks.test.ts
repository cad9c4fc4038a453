// The events of each declared resource are sent to webhooks.
import t from 'tap';
import { resources } from '../../schemas/index.ts';
import { startSending } from '../features/webhooks/service.ts';
import { validBody } from '../support/operations.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

const { call } = await startSending(t);

for (const { names } of resources) {
  t.test(`webhooks get ${names.code}.created and ${names.code}.deleted`, async (t) => {
    const receiver = await startReceiver(t);
    const json = { url: receiver.url, eventTypes: [`${names.code}.*`] };
    t.equal((await call('POST', '/webhooks', { json })).status, 201);
    const created = await call('POST', names.path, { json: validBody(names.path) });
    const path = String(created.headers.location);
    await call('DELETE', path);
    const received = () => receiver.accepted.filter(({ event }) => event.subject === path);
    await until(() => received().length === 2, 'The events are not delivered');
    t.same(
      received().map(({ event }) => event.type),
      [`${names.code}.created`, `${names.code}.deleted`],
    );
  });
}
