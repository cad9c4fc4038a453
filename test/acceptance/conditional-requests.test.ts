import t from 'tap';
import { createSong, createTask, MISSING_ID, newSong, newTask, unique } from '../support/builders.ts';
import { atOnce, statusesOf } from '../support/client.ts';
import { runningService } from './service.ts';

const { call } = await runningService(t);

const FOREIGN = '"0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35"';

for (const { path, newBody, create, patch } of [
  {
    path: '/songs',
    newBody: (song = unique('Bound')) => newSong({ song }),
    create: () => createSong(call),
    patch: { year: 1999 },
  },
  {
    path: '/tasks',
    newBody: (title = unique('Bound')) => newTask({ title }),
    create: () => createTask(call),
    patch: { done: true },
  },
]) {
  t.test(`${path}: a write whose precondition does not hold changes nothing`, async (t) => {
    const { url, item, etag } = await create();
    const failing: Record<string, string>[] = [
      { 'if-none-match': '*' },
      { 'if-none-match': etag },
      { 'if-none-match': `W/${etag}` },
      { 'if-none-match': `, ${FOREIGN},, ${etag},` },
      { 'if-match': FOREIGN },
      { 'if-match': `W/${etag}` },
      { 'if-match': ',' },
      { 'if-match': etag, 'if-none-match': '*' },
      { 'if-match': '*', 'if-none-match': etag },
      { 'if-match': FOREIGN, 'if-none-match': FOREIGN },
    ];
    for (const headers of failing) {
      for (const [method, json] of [['PUT', newBody()], ['PATCH', patch], ['DELETE']] as const) {
        const response = await call(method, url, { json, headers });
        t.match(
          response,
          { status: 412, body: { code: 'precondition_failed' } },
          `${method} ${JSON.stringify(headers)}`,
        );
      }
    }
    const after = await call('GET', url);
    t.same(after.body, item, 'the state is the same');
    t.equal(after.headers.etag, etag, 'and so is the version');
  });

  t.test(`${path}: a write whose precondition holds is made`, async (t) => {
    const { url, etag } = await create();
    let current = etag;
    const holding: ((tag: string) => Record<string, string>)[] = [
      (tag) => ({ 'if-match': tag }),
      () => ({ 'if-match': '*' }),
      () => ({ 'if-none-match': FOREIGN }),
      () => ({ 'if-none-match': '"another", W/"one"' }),
      (tag) => ({ 'if-match': `${FOREIGN}, , ${tag},`, 'if-none-match': FOREIGN }),
      () => ({ 'if-none-match': ',' }),
    ];
    for (const conditions of holding) {
      for (const [method, json] of [
        ['PUT', newBody()],
        ['PATCH', patch],
      ] as const) {
        const headers = conditions(current);
        const response = await call(method, url, { json, headers });
        t.equal(response.status, 200, `${method} ${JSON.stringify(headers)}`);
        current = String(response.headers.etag);
      }
    }
    const headers = { 'if-match': current, 'if-none-match': FOREIGN };
    t.equal((await call('DELETE', url, { headers })).status, 204);
  });

  t.test(`${path}: a read evaluates If-Match before If-None-Match`, async (t) => {
    const { url, etag } = await create();
    for (const method of ['GET', 'HEAD']) {
      for (const [headers, status] of [
        [{ 'if-match': FOREIGN }, 412],
        [{ 'if-match': `W/${etag}` }, 412],
        [{ 'if-match': FOREIGN, 'if-none-match': etag }, 412],
        [{ 'if-match': etag }, 200],
        [{ 'if-match': '*' }, 200],
        [{ 'if-match': `"é",,${etag}` }, 200],
        [{ 'if-match': etag, 'if-none-match': FOREIGN }, 200],
        [{ 'if-match': etag, 'if-none-match': etag }, 304],
        [{ 'if-none-match': `"é", , W/${etag},` }, 304],
        [{ 'if-none-match': '*' }, 304],
        [{ 'if-none-match': FOREIGN }, 200],
      ] as const) {
        t.equal(
          (await call(method, url, { headers })).status,
          status,
          `${method} ${JSON.stringify(headers)}`,
        );
      }
    }
  });

  t.test(`${path}: dates are no preconditions, because no resource has a Last-Modified`, async (t) => {
    const { url } = await create();
    const past = 'Thu, 01 Jan 1970 00:00:00 GMT';
    const future = 'Fri, 01 Jan 2100 00:00:00 GMT';
    const read = await call('GET', url, { headers: { 'if-modified-since': future } });
    t.equal(read.status, 200);
    t.equal(read.headers['last-modified'], undefined);
    const unmodified = { 'if-unmodified-since': past };
    t.equal((await call('GET', url, { headers: unmodified })).status, 200);
    t.equal((await call('PATCH', url, { json: patch, headers: unmodified })).status, 200);
    t.equal((await call('DELETE', url, { headers: unmodified })).status, 204);
  });

  t.test(`${path}: a missing resource is 404 with any precondition`, async (t) => {
    const url = `${path}/${MISSING_ID}`;
    const conditions: Record<string, string>[] = [
      { 'if-match': '*' },
      { 'if-match': FOREIGN },
      { 'if-none-match': '*' },
      { 'if-none-match': FOREIGN },
    ];
    for (const headers of conditions) {
      for (const [method, json] of [['GET'], ['PUT', newBody()], ['PATCH', patch], ['DELETE']] as const) {
        t.equal(
          (await call(method, url, { json, headers })).status,
          404,
          `${method} ${JSON.stringify(headers)}`,
        );
      }
    }
  });

  t.test(`${path}: a create whose precondition does not hold creates nothing`, async (t) => {
    const text = unique('Bound');
    const failing: Record<string, string>[] = [
      { 'if-none-match': '*' },
      { 'if-match': FOREIGN },
      { 'if-match': '' },
      { 'if-match': '*', 'if-none-match': '*' },
    ];
    for (const headers of failing) {
      t.match(
        await call('POST', path, { json: newBody(text), headers }),
        { status: 412, body: { code: 'precondition_failed' } },
        JSON.stringify(headers),
      );
    }
    t.same((await call('GET', `${path}?q=${encodeURIComponent(text)}`)).body, []);
  });

  t.test(`${path}: a create with a precondition that its collection meets is made`, async (t) => {
    const holding: Record<string, string>[] = [{ 'if-match': '*' }, { 'if-none-match': FOREIGN }];
    for (const headers of holding) {
      t.equal((await call('POST', path, { json: newBody(), headers })).status, 201, JSON.stringify(headers));
    }
  });

  t.test(`${path}: exactly one of concurrent writes to a version is made`, async (t) => {
    const { url, etag } = await create();
    const responses = await atOnce(20, () =>
      call('PUT', url, { json: newBody(), headers: { 'if-match': etag, 'if-none-match': FOREIGN } }),
    );
    const expected = [200, ...Array.from({ length: 19 }, () => 412)];
    t.same(statusesOf(responses).sort(), expected);
  });
}

t.test('a precondition that is no list of entity tags fails validation', async (t) => {
  for (const value of ['x', '"a" "b"', '*, "a"', 'w/"a"', '"a b"']) {
    for (const name of ['if-match', 'if-none-match']) {
      const { status, body } = await call('DELETE', `/songs/${MISSING_ID}`, { headers: { [name]: value } });
      t.equal(status, 422, `${name}: ${value}`);
      t.match(body.details, [{ type: 'string_pattern_mismatch', loc: ['header', name] }]);
    }
  }
});

t.test('the document declares both preconditions, and 412, wherever a version counts', async (t) => {
  const { paths } = (await call('GET', '/openapi.json')).body;
  for (const path of ['/songs/{id}', '/tasks/{id}']) {
    for (const method of ['get', 'put', 'patch', 'delete']) {
      const { parameters, responses } = paths[path][method];
      const names = parameters.map(({ name }: { name: string }) => name);
      t.ok(names.includes('If-Match') && names.includes('If-None-Match'), `${method} ${path}`);
      t.ok(responses[412], `${method} ${path} 412`);
    }
  }
  for (const path of ['/songs', '/tasks']) t.ok(paths[path].post.responses[412], `post ${path} 412`);
});
