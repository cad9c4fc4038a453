import Fastify from 'fastify';
import t from 'tap';
import { sharedSerializers } from '../../src/http/shared-serializers.ts';

/** A page that counts its reads, with a member that the schema omits. */
function countedPage(title: string) {
  const page = { reads: 0, rows: [{}] };
  page.rows[0] = {
    get title() {
      page.reads++;
      return title;
    },
    internal_note: 'secret',
  };
  return page;
}

for (const [size, title] of [
  ['small', 'Ünïcode 🎵'],
  ['large', '🎵'.repeat(20_000)],
] as const) {
  t.test(`a ${size} page that several responses share is serialised once`, async (t) => {
    const pages = [countedPage(title), countedPage(`${title}!`)];
    const app = Fastify({
      schemaController: { compilersFactory: { buildSerializer: sharedSerializers() } },
    });
    t.teardown(() => app.close());
    const items = { type: 'object', properties: { title: { type: 'string' } } };
    app.addSchema({ $id: 'Page', type: 'array', items });
    const schema = { response: { 200: { $ref: 'Page#' } } };
    app.get<{ Params: { index: number } }>(
      '/:index',
      { schema },
      async ({ params }) => pages[params.index]?.rows,
    );

    const responses = await Promise.all(['/0', '/0', '/1', '/0'].map((url) => app.inject(url)));
    const [first, second, other] = responses;
    t.same(first?.json(), [{ title }]);
    t.equal(first?.headers['content-type'], 'application/json; charset=utf-8');
    t.equal(second?.payload, first?.payload);
    t.same(other?.json(), [{ title: `${title}!` }], 'another page is another text');
    t.same(
      pages.map(({ reads }) => reads),
      [1, 1],
    );
    const head = await app.inject({ method: 'HEAD', url: '/0' });
    t.equal(head.headers['content-length'], String(Buffer.byteLength(first?.payload ?? '')));
    t.equal(head.payload, '');
  });
}
