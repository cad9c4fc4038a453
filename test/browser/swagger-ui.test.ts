// On a new database, all operations of /docs succeed with their prefilled values, executed from top to bottom.
import t from 'tap';
import { newDatabase } from '../support/database.ts';
import { startProcess } from '../support/process.ts';
import { startBrowser } from './chromium.ts';
import { firstOfTags, isSuccess, type Operation, operations, tagNames } from './contract.ts';
import { inEachLook, overflow, screenshot } from './screenshots.ts';
import { block, collapse, deepLink, execute, expand, openSwaggerUi } from './swagger-ui.ts';
import { openWatched } from './watched-page.ts';

const browser = await startBrowser(t);

for (const base of ['', '/v1']) {
  t.test(`${base}/docs`, async (t) => {
    const service = await startProcess(t, await newDatabase(t));
    const { page, findings, close } = await openWatched(browser, service.base);
    await openSwaggerUi(page, `${base}/docs`);

    t.test('shows every operation, in the order of the document', async (t) => {
      const ids = await page.locator('.opblock').evaluateAll((blocks) => blocks.map(({ id }) => String(id)));
      t.same(
        ids,
        operations.map(({ tag, id }) => `operations-${tag}-${id}`),
      );
      t.same(
        await page.locator('.opblock-tag').evaluateAll((tags) => tags.map((tag) => tag.dataset.tag)),
        tagNames,
      );
    });

    if (base === '') {
      await inEachLook(page, async (look) => {
        await screenshot(page, `docs-${look}`);
        t.ok((await overflow(page)) <= 0, `fits into the window: ${look}`);
      });
    } else {
      await page.locator('#servers').selectOption(base);
    }

    // Under another base, one operation per method.
    const isFirst = ({ method }: Operation, index: number) =>
      operations.findIndex((other) => other.method === method) === index;
    for (const operation of base === '' ? operations : operations.filter(isFirst)) {
      t.test(`${operation.id} succeeds with the prefilled values`, async (t) => {
        await expand(page, operation);
        t.equal(new URL(page.url()).hash, deepLink(operation), 'the address links to it');
        const { shown, sent } = await execute(page, operation);
        // The import of the example has ended at once: it cannot be cancelled.
        const isRefused = operation.id === 'cancelJob';
        if (isRefused) t.equal(shown.status, 409);
        else t.ok(isSuccess(shown.status), `shows ${shown.status}: ${shown.body}`);
        t.ok(operation.statuses.includes(shown.status), 'a documented status');
        t.notOk(shown.isUndocumented, 'the page does not mark it as undocumented');
        t.equal(shown.status, sent.status, 'the received status');
        // The page offers a file as a download.
        if (!sent.isFile) t.same(json(shown.body), json(sent.body), 'the received body');
        t.match(shown.headers, `x-request-id: ${sent.requestId}`);
        t.match(shown.duration, isRefused ? '' : /^\d+ ms$/);
        const found = await findings();
        t.match(found, isRefused ? [{ kind: 'console error', text: 'status of 409' }] : []);
        t.equal(found.length, isRefused ? 1 : 0);

        if (base === '' && firstOfTags.includes(operation)) {
          await inEachLook(page, async (look) => {
            await screenshot(block(page, operation), `docs-${operation.id}-${look}`);
            t.ok((await overflow(page)) <= 0, `fits into the window: ${look}`);
          });
        }
        await collapse(page, operation);
      });
    }

    t.test('the page has no errors', async (t) => {
      t.same(await findings(), []);
      await close();
    });
  });
}

/** The value of a JSON text; any other text is itself. Swagger UI takes lines of JSON for one JSON text. */
const json = (shown: string): unknown => {
  const text = shown.replace(/^can't parse JSON\. +Raw result:/, '');
  try {
    return JSON.parse(text);
  } catch {
    return text.trim();
  }
};
