// The page shows errors: per resource, each of these statuses that one of its operations documents in openapi.json.
import t from 'tap';
import { testDatabase } from '../support/database.ts';
import { startProcess } from '../support/process.ts';
import { startBrowser } from './chromium.ts';
import { type Operation, operations, tagNames } from './contract.ts';
import { screenshot } from './screenshots.ts';
import { block, execute, expand, openSwaggerUi, type ShownResponse } from './swagger-ui.ts';
import { openWatched } from './watched-page.ts';

/** An id without a row in a new database. */
const MISSING = '2147483647';

const browser = await startBrowser(t);
// A second create is a conflict for each resource: of the same song, or of a task or a webhook above the limit.
const service = await startProcess(t, { ...(await testDatabase(t)), MAX_TASKS: '1', WEBHOOKS_MAX: '1' });
const { page, findings } = await openWatched(browser, service.base);
await openSwaggerUi(page, '/docs');

/** Causes the status. */
const provoke: Record<number, (operation: Operation) => Promise<ShownResponse>> = {
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

/** Whether `provoke` can cause the status for the operation. */
const canProvoke: Record<number, (operation: Operation) => boolean> = {
  404: ({ path }) => path.endsWith('/{id}'),
  409: ({ method }) => method === 'POST',
  422: ({ hasBody }) => hasBody,
};

/** The tags with writes: the page cannot send invalid reads. */
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
      if (!operation || !act) throw new Error(`No operation of ${tag} can cause ${status}`);
      await expand(page, operation);
      const { shown, sent } = await act(operation);

      t.equal(shown.status, status, operation.id);
      t.equal(sent.status, status);
      t.notOk(shown.isUndocumented);
      const envelope = JSON.parse(shown.body);
      t.same(envelope, JSON.parse(sent.body), 'the received body');
      t.match(envelope, { error: /\w/, code: /^[a-z_]+$/, message: /\w/, requestId: sent.requestId });
      if (status === 422) t.match(envelope.details, [{ type: 'missing' }]);
      await screenshot(block(page, operation), `docs-error-${operation.id}-${status}`);

      // Chromium logs each response with an error status to the console.
      const found = await findings();
      t.match(found, [
        { kind: 'console error', text: `status of ${status}`, url: new RegExp(`^${service.base}`) },
      ]);
      t.equal(found.length, 1, 'the console has no other messages');
    });
  }
}
