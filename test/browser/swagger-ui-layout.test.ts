// Swagger UI shows operations first, and no part of a documented response overlaps another one.
import type { Locator } from 'playwright-core';
import t from 'tap';
import { testDatabase } from '../support/database.ts';
import { startProcess } from '../support/process.ts';
import { startBrowser } from './chromium.ts';
import { operations } from './contract.ts';
import { block, collapse, expand, openSwaggerUi } from './swagger-ui.ts';
import { openWatched } from './watched-page.ts';

interface Box {
  name: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const WIDTHS = [1280, 1000, 800];
const browser = await startBrowser(t);
const service = await startProcess(t, await testDatabase(t));

/** The visible parts of a documented response. None contains another one. */
const PARTS = [
  '.response-col_status',
  '.response-col_description__inner',
  '.response-control-media-type select',
  '.response-control-examples select',
  '.model-example',
  '.headers__title',
  '.headers thead th',
  '.headers tbody',
  '.operation-link',
];

/** The boxes of the visible parts of each response, by its status. */
const boxes = (responses: Locator): Promise<{ status: string; parts: Box[] }[]> =>
  responses.evaluateAll(
    (rows, selector) =>
      rows.map((row) => ({
        status: String(row.getAttribute('data-code')),
        parts: [...row.querySelectorAll(selector)]
          .map((part) => {
            const { left, right, top, bottom } = part.getBoundingClientRect();
            return {
              name: `${part.className || part.tagName}: ${part.textContent?.slice(0, 20)}`,
              left,
              right,
              top,
              bottom,
            };
          })
          .filter(({ left, right }) => right > left),
      })),
    PARTS.join(),
  );

/** The pairs of boxes that share more than half a pixel in both directions. */
const overlaps = (boxes: readonly Box[]): string[] =>
  boxes.flatMap((one, index) =>
    boxes
      .slice(index + 1)
      .filter(
        (other) =>
          Math.min(one.right, other.right) - Math.max(one.left, other.left) > 0.5 &&
          Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 0.5,
      )
      .map((other) => `${one.name} and ${other.name}`),
  );

t.test('the first operation is on the first screen', async (t) => {
  const viewport = { width: 1280, height: 800 };
  const { page, close } = await openWatched(browser, service.base, { viewport });
  await openSwaggerUi(page, '/docs');
  const box = await page.locator('.opblock').first().boundingBox();
  t.ok(box && box.y + box.height <= viewport.height, JSON.stringify(box));
  await close();
});

t.test('no part of a response overlaps another one', async (t) => {
  const { page, close } = await openWatched(browser, service.base);
  await openSwaggerUi(page, '/docs');
  for (const operation of operations) {
    await expand(page, operation);
    const responses = block(page, operation).locator('.responses-table > tbody > .response');
    await responses.first().waitFor();
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      const found = await boxes(responses);
      t.equal(found.length, operation.statuses.length, `${operation.id} shows every response`);
      t.ok(
        found.every(({ parts }) => parts.length > 1),
        'each has at least a status and a description',
      );
      t.same(
        found.flatMap(({ status, parts }) => overlaps(parts).map((pair) => `${status}: ${pair}`)),
        [],
        `${operation.id} at ${width} pixels`,
      );
    }
    await collapse(page, operation);
  }
  await close();
});

t.test('links do not make the examples narrower', async (t) => {
  const { page, close } = await openWatched(browser, service.base, {
    viewport: { width: 1280, height: 800 },
  });
  await openSwaggerUi(page, '/docs');
  const width = async (id: string) => {
    const operation = operations.find((one) => one.id === id);
    if (!operation) throw new Error(`The operation ${id} does not exist`);
    await expand(page, operation);
    const box = await block(page, operation).locator('.response .model-example').first().boundingBox();
    await collapse(page, operation);
    return box?.width;
  };
  t.equal(await width('createSong'), await width('getHealth'));
  await close();
});

t.test('each link of the description leads to a section of ReDoc', async (t) => {
  const { page, close } = await openWatched(browser, service.base);
  await openSwaggerUi(page, '/docs');
  const links = await page
    .locator('.info__description a[href*="#"]')
    .evaluateAll((found) => found.map((link) => String(link.getAttribute('href'))));
  t.ok(links.length > 0);
  for (const link of links) {
    await page.goto('about:blank');
    await page.goto(link);
    const { hash } = new URL(link, service.base);
    await page.locator(`[data-section-id="${decodeURIComponent(hash.slice(1))}"]`).waitFor();
    t.pass(link);
  }
  await close();
});
