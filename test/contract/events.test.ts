// Each declared resource has events.
import t from 'tap';
import { resources } from '../../schemas/index.ts';
import { follow } from '../support/event-stream.ts';
import { targets, validBody, validRequest } from '../support/operations.ts';
import { startService } from '../support/service.ts';

const { app, call } = await startService(t, { MAX_TASKS: '0' });
const base = await app.listen({ port: 0, host: '127.0.0.1' });

for (const { names } of resources) {
  t.test(`${names.code}.created, ${names.code}.updated and ${names.code}.deleted`, async (t) => {
    const follower = await follow(t, `${base}/events?resource=${names.code}`);
    const created = await call('POST', names.path, { json: validBody(names.path) });
    const path = String(created.headers.location);
    const id = Number(path.split('/').at(-1));
    const update = targets.find(
      (target) => target.path === `${names.path}/{id}` && target.method === 'PATCH',
    );
    if (!update) throw new Error(`${path} has no PATCH`);
    await call('PATCH', path, { json: validRequest(update, id).json });
    const { body } = await call('GET', path);
    await call('DELETE', path);
    const frames = await follower.has(3);
    t.same(
      frames.map(({ event }) => event),
      ['created', 'updated', 'deleted'].map((change) => `${names.code}.${change}`),
    );
    t.ok(frames.every(({ data }) => data.subject === path));
    t.same(frames[1]?.data.data, body, 'data is the resource as in the contract');
  });
}
