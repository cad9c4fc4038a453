// ReDoc shows every operation with valid examples, and its search finds each by its summary.
import { readFileSync } from 'node:fs';
import { Validator } from '@cfworker/json-schema';
import type { Locator, Page } from 'playwright-core';
import t from 'tap';
import { testDatabase } from '../support/database.ts';
import { startProcess } from '../support/process.ts';
import { startBrowser } from './chromium.ts';
import { firstOfTags, isSuccess, type Operation, operations, tagNames } from './contract.ts';
import { looks, overflow, screenshot } from './screenshots.ts';
import { openWatched } from './watched-page.ts';

const browser = await startBrowser(t);
const service = await startProcess(t, await testDatabase(t));
const document = JSON.parse(readFileSync('openapi.json', 'utf8'));

const sectionId = ({ tag, id }: Operation) => `tag/${tag}/operation/${id}`;
const section = (page: Page, operation: Operation): Locator => page.locator(`[id="${sectionId(operation)}"]`);

async function openRedoc(page: Page, path: string): Promise<void> {
  await page.goto(path);
  for (const operation of operations) await section(page, operation).waitFor({ state: 'attached' });
}

/** The JSON samples of an operation, under the given title. */
async function samples(page: Page, operation: Operation, title: string): Promise<unknown[]> {
  const panel = section(page, operation).locator(`div:has(> h3:text-is("${title}"))`);
  const texts = await panel
    .locator(':is(.redoc-json, pre:has(> .token))')
    .filter({ visible: true })
    .allInnerTexts();
  return texts.map((text) => JSON.parse(text));
}

/** The violations of a value as the content of the given media type. */
function violations(content: Record<string, { schema: object }>, value: unknown): string[] {
  const [media] = Object.values(content);
  const schema = { ...media?.schema, components: document.components };
  return new Validator(schema, '2020-12', false).validate(value).errors.map(({ error }) => error);
}

/** Whether a body is shown as a text. */
const isText = (content: object = {}): boolean =>
  /^(text\/csv|application\/x-ndjson)$/.test(Object.keys(content)[0] ?? '');

for (const base of ['', '/v1']) {
  t.test(`${base}/redoc`, async (t) => {
    const { page, findings, close } = await openWatched(browser, service.base);
    await openRedoc(page, `${base}/redoc`);

    for (const operation of base === '' ? operations : firstOfTags) {
      t.test(`shows ${operation.id} and its examples`, async (t) => {
        const shown = section(page, operation);
        t.equal(await shown.locator('h2').first().innerText(), operation.summary);
        t.match(await shown.innerText(), operation.path);

        const { requestBody, responses } = document.paths[operation.path][operation.method.toLowerCase()];
        if (isText(requestBody?.content) || isText(responses['200']?.content)) {
          t.ok((await shown.locator('pre, .redoc-json').count()) > 0, 'an example');
          return;
        }
        const asked = await samples(page, operation, 'Request samples');
        t.equal(asked.length, requestBody ? 1 : 0, 'an example of the body, if there is one');
        for (const sample of asked) t.same(violations(requestBody.content, sample), []);

        const success = operation.statuses.find(isSuccess);
        const content = responses[String(success)]?.content;
        const sent = await samples(page, operation, 'Response samples');
        t.equal(sent.length, 1, 'an example of a response');
        if (content) for (const sample of sent) t.same(violations(content, sample), []);
      });
    }

    t.test('the page has no errors', async (t) => {
      t.same(await findings(), []);
      await close();
    });
  });
}

t.test('the search finds each operation by its summary', async (t) => {
  const { page, findings, close } = await openWatched(browser, service.base);
  await openRedoc(page, '/redoc');
  const search = page.locator('[role="search"]');
  for (const operation of operations) {
    await search.locator('input').fill(operation.summary);
    const found = search.locator(`[data-role="search:results"] [data-item-id="${sectionId(operation)}"]`);
    await found.waitFor();
    await found.click();
    await page.waitForURL(({ hash }) => hash === `#${sectionId(operation)}`);
    t.pass(operation.id);
  }
  await search.locator('input').fill('xyzzy');
  await search.locator('[data-role="search:results"]:has-text("No results found")').waitFor();
  t.same(await findings(), []);
  await close();
});

for (const { name, ...look } of looks) {
  t.test(`its layout fits: ${name}`, async (t) => {
    const { page, findings, close } = await openWatched(browser, service.base, look);
    await openRedoc(page, '/redoc');
    t.ok((await overflow(page)) <= 0, 'it fits into the window');
    await screenshot(page, `redoc-${name}`);
    for (const tag of tagNames) {
      const [first] = operations.filter((operation) => operation.tag === tag);
      if (first) await screenshot(section(page, first), `redoc-${first.id}-${name}`);
    }
    t.same(await findings(), []);
    await close();
  });
}

t.test('it follows the colour scheme', async (t) => {
  const { page, close } = await openWatched(browser, service.base, { colorScheme: 'light' });
  await openRedoc(page, '/redoc');
  const colours = () =>
    page.evaluate(
      '[document.querySelector("h1"), document.body].map((part) => getComputedStyle(part)).map(({ color, backgroundColor }) => [color, backgroundColor])',
    );
  const light = await colours();
  const again = page.waitForEvent('load');
  await page.emulateMedia({ colorScheme: 'dark' });
  await again;
  await page.locator('h1').first().waitFor();
  const dark = await colours();
  t.not(JSON.stringify(dark), JSON.stringify(light));
  t.match(dark, [['rgb(230, 231, 238)'], [/./, 'rgb(20, 22, 29)']]);
  await close();
});
