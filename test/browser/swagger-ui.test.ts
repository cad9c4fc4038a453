// Whoever opens /docs on a new database and executes one operation after the other, from the top of the page to its
// end and with the values that are filled in already, sees nothing but successes.
import t from 'tap';
import { newDatabase } from '../support/database.ts';
import { startProcess } from '../support/process.ts';
import { startBrowser } from './chromium.ts';
import { isSuccess, operations, tagNames } from './contract.ts';
import { inEachLook, overflow, picture } from './screenshots.ts';
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
        await picture(page, `docs-${look}`);
        t.ok((await overflow(page)) <= 0, `fits into its window: ${look}`);
      });
    } else {
      await page.locator('#servers').selectOption(base);
    }

    for (const operation of operations) {
      t.test(`${operation.id} succeeds with what is filled in`, async (t) => {
        await expand(page, operation);
        t.equal(new URL(page.url()).hash, deepLink(operation), 'the address leads to it');
        const { shown, sent } = await execute(page, operation);
        t.ok(isSuccess(shown.status), `shows ${shown.status}: ${shown.body}`);
        t.ok(operation.statuses.includes(shown.status), 'a documented status');
        t.notOk(shown.isUndocumented, 'which the page knows');
        t.equal(shown.status, sent.status, 'the status that came');
        t.same(json(shown.body), json(sent.body), 'the body that came');
        t.match(shown.headers, `x-request-id: ${sent.requestId}`);
        t.match(shown.duration, /^\d+ ms$/);
        t.same(await findings(), []);

        if (base === '') {
          await inEachLook(page, async (look) => {
            await picture(block(page, operation), `docs-${operation.id}-${look}`);
            t.ok((await overflow(page)) <= 0, `fits into its window: ${look}`);
          });
        }
        await collapse(page, operation);
      });
    }

    t.test('nothing went wrong on the page', async (t) => {
      t.same(await findings(), []);
      await close();
    });
  });
}

/** The value of a JSON text; that of no text is undefined. */
const json = (text: string): unknown => (text === '' ? undefined : JSON.parse(text));
