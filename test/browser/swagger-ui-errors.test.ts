// What the page shows when a request is refused: per resource, each of these errors that one of its operations
// documents. Their operations come from openapi.json.
import t from 'tap';
import { testDatabase } from '../support/database.ts';
import { startProcess } from '../support/process.ts';
import { startBrowser } from './chromium.ts';
import { type Operation, operations, tagNames } from './contract.ts';
import { picture } from './screenshots.ts';
import { block, execute, expand, openSwaggerUi, type ShownAnswer } from './swagger-ui.ts';
import { openWatched } from './watched-page.ts';

/** An id that no row of a new database has. */
const MISSING = '2147483647';

const browser = await startBrowser(t);
// So that each resource refuses a second create: for songs it is the same song, for tasks there is no more room.
const service = await startProcess(t, { ...(await testDatabase(t)), MAX_TASKS: '1' });
const { page, findings } = await openWatched(browser, service.base);
await openSwaggerUi(page, '/docs');

/** How to make an operation answer with the status. */
const provoke: Record<number, (operation: Operation) => Promise<ShownAnswer>> = {
  404: async (operation) => {
    await block(page, operation).locator('tr[data-param-name="id"] input').fill(MISSING);
    return execute(page, operation);
  },
  409: async (operation) => {
    await execute(page, operation);
    await findings();
    return execute(page, operation);
  },
  422: async (operation) => {
    await block(page, operation).locator('textarea.body-param__text').fill('{"unknown": true}');
    return execute(page, operation);
  },
};

/** Whether the operation is one that `provoke` can make fail so. */
const canProvoke: Record<number, (operation: Operation) => boolean> = {
  404: ({ path }) => path.endsWith('/{id}'),
  409: ({ method }) => method === 'POST',
  422: ({ hasBody }) => hasBody,
};

/** The tags of what can be written; what can only be read takes nothing that the page would let be wrong. */
const resources = tagNames.filter((name) => operations.some(({ tag, hasBody }) => tag === name && hasBody));

for (const tag of resources) {
  for (const status of [404, 409, 422]) {
    const documenting = operations.filter(
      (operation) => operation.tag === tag && operation.statuses.includes(status),
    );
    if (documenting.length === 0) continue;

    t.test(`${tag}: the page shows a ${status}`, async (t) => {
      const operation = documenting.find((candidate) => canProvoke[status]?.(candidate));
      const act = provoke[status];
      if (!operation || !act) throw new Error(`None of ${tag} can be made to answer ${status}`);
      await expand(page, operation);
      const { shown, sent } = await act(operation);

      t.equal(shown.status, status, operation.id);
      t.equal(sent.status, status);
      t.notOk(shown.isUndocumented);
      const envelope = JSON.parse(shown.body);
      t.same(envelope, JSON.parse(sent.body), 'the body that came');
      t.match(envelope, { error: /\w/, code: /^[a-z_]+$/, message: /\w/, requestId: sent.requestId });
      if (status === 422) t.match(envelope.details, [{ type: 'missing' }]);
      await picture(block(page, operation), `docs-error-${operation.id}-${status}`);

      // Chromium itself tells the console of each answer with an error status.
      const found = await findings();
      t.match(found, [
        { kind: 'console error', text: `status of ${status}`, url: new RegExp(`^${service.base}`) },
      ]);
      t.equal(found.length, 1, 'and the console has nothing else');
    });
  }
}
