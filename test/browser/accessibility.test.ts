// The pages have no serious or critical violation of axe-core, in both colour schemes.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import t from 'tap';
import { newDatabase } from '../support/database.ts';
import { startProcess } from '../support/process.ts';
import { startBrowser } from './chromium.ts';
import { operations } from './contract.ts';
import { execute, expand, openSwaggerUi } from './swagger-ui.ts';
import { openWatched } from './watched-page.ts';

interface Violation {
  id: string;
  impact: string;
  nodes: { target: string[]; failureSummary: string }[];
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await startBrowser(t);
const service = await startProcess(t, await newDatabase(t));

/**
 * Rules that the pages violate and styles cannot fix. A rule that the pages pass must be removed from the list.
 */
const INHERENT = {
  // The field of a body has no label, the lists of booleans and servers have no name, and the summary of an operation is
  // a button that contains a link.
  '/docs': ['label', 'nested-interactive', 'select-name'],
  // The list of media types has no name.
  '/redoc': ['select-name'],
};

/** The violations, by rule. */
async function violations(page: Page): Promise<Map<string, string[]>> {
  await page.evaluate(axe);
  const found: Violation[] = await page.evaluate('axe.run().then(({ violations }) => violations)');
  return new Map(
    found
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => [
        id,
        nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`),
      ]),
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`/docs in the ${colorScheme}`, async (t) => {
    const { page, close } = await openWatched(browser, service.base, { colorScheme });
    await openSwaggerUi(page, '/docs');
    // One operation per method, and therefore all colours.
    const firsts = new Map([...operations].reverse().map((operation) => [operation.method, operation]));
    for (const operation of firsts.values()) {
      await expand(page, operation);
      if (operation.method === 'GET') await execute(page, operation);
    }
    const found = await violations(page);
    t.same(found.get('color-contrast') ?? [], [], 'all text has enough contrast');
    t.same([...found.keys()].sort(), INHERENT['/docs']);
    await close();
  });

  t.test(`/redoc in the ${colorScheme}`, async (t) => {
    const { page, close } = await openWatched(browser, service.base, { colorScheme });
    await page.goto('/redoc');
    await page.locator('[data-section-id]').last().waitFor();
    const found = await violations(page);
    t.same(found.get('color-contrast') ?? [], [], 'all text has enough contrast');
    t.same([...found.keys()].sort(), INHERENT['/redoc']);
    await close();
  });
}

t.test('text without enough contrast is found', async (t) => {
  const { page, close } = await openWatched(browser, service.base);
  await openSwaggerUi(page, '/docs');
  await page.evaluate('document.querySelector(".info .title").style.color = "#ddd"');
  t.match((await violations(page)).get('color-contrast')?.join(), /^h1: .*insufficient color contrast/s);
  await close();
});
