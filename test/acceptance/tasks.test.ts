import t from 'tap';
import { newTask } from '../support/builders.ts';
import { runningService } from './service.ts';

const { call } = await runningService(t);

t.test('a task lives from its creation to its deletion', async (t) => {
  const { title } = newTask();
  const created = await call('POST', '/tasks', { json: { title } });
  t.equal(created.status, 201);
  t.match(created.body, { title, description: '', done: false });
  const url = String(created.headers.location);
  t.match(await call('PATCH', url, { json: { done: true } }), { status: 200, body: { title, done: true } });
  t.match(await call('PUT', url, { json: { title } }), { status: 200, body: { title, done: false } });
  t.match((await call('GET', `/tasks?q=${encodeURIComponent(title.toUpperCase())}`)).body, [{ title }]);
  t.equal((await call('DELETE', url)).status, 204);
  t.equal((await call('DELETE', url)).status, 404);
});

t.test('a title that is too short is one failure of validation', async (t) => {
  const { status, body } = await call('POST', '/tasks', { json: { title: '' } });
  t.equal(status, 422);
  t.same(body.details, [
    {
      type: 'string_too_short',
      loc: ['body', 'title'],
      msg: 'String should have at least 1 character',
      input: '',
    },
  ]);
});

t.test('an id that is no number fails validation', async (t) => {
  const { status, body } = await call('GET', '/tasks/abc');
  t.equal(status, 422);
  t.match(body.details, [{ type: 'int_parsing', loc: ['path', 'id'], input: 'abc' }]);
});
