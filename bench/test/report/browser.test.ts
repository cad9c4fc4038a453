import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { findBrowser } from '../../../scripts/find-browser.mjs';
import type { Results } from '../../lib/results.ts';
import { writeReport } from '../../report/write-report.ts';
import { samplePeers } from './sample-peers.ts';
import { sampleResults } from './sample-results.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// These scripts run in the page; their types are not available here.
const WITHOUT_PLACE = `[...document.querySelectorAll('.frame > svg')]
  .filter((svg) => svg.outerHTML.includes('NaN')).map((svg) => svg.closest('figure').textContent)`;
const CUT_OFF = `[...document.querySelectorAll('.frame')].flatMap((frame) =>
  [...frame.querySelectorAll('text')]
    .filter((text) => {
      const { left, right } = text.getBoundingClientRect();
      return left < -1 || right > document.documentElement.clientWidth + 1;
    })
    .map((text) => text.textContent))`;
const AXE = `axe.run().then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).slice(0, 3).join(' ')))`;

const executable = findBrowser();
if (executable) await testPage(executable);
else if (process.env.CI) t.fail('CI needs Chromium: set BROWSER_PATH.');
else
  t.pass('the page in a browser', {
    skip: 'THE PAGE WAS NOT OPENED: no Chromium on the PATH; set BROWSER_PATH',
  });

async function testPage(executablePath: string): Promise<void> {
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  t.teardown(() => browser.close());
  const results = sampleResults({ rounds: 5 });
  const page = pathToFileURL(await writeReport(results, t.testdir({}))).href;
  const [gin] = samplePeers.filter(({ name }) => name === 'gin');

  await t.test('it opens without an error and without a request, with every plot drawn', async (t) => {
    const { opened, seen } = await open(t, browser, page);
    t.equal(await opened.locator('.chart').count(), await opened.locator('.frame > svg').count());
    t.ok((await opened.locator('.frame > svg').count()) > 30);
    t.same(await opened.evaluate(WITHOUT_PLACE), [], 'no mark without a place');
    t.same(seen, []);
  });

  await t.test('the button switches between dark and light, and the choice is stored', async (t) => {
    const { opened, seen } = await open(t, browser, page, { colorScheme: 'light' });
    const background = () => opened.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const light = await background();
    const button = opened.getByRole('button', { name: 'Dark' });
    await button.press('Enter');
    t.not(await background(), light);
    t.equal(await button.getAttribute('aria-pressed'), 'true');
    await opened.reload();
    t.not(await background(), light);
    await button.press('Space');
    t.equal(await background(), light);
    const dark = await open(t, browser, page, { colorScheme: 'dark' });
    t.not(await dark.opened.evaluate('getComputedStyle(document.documentElement).backgroundColor'), light);
    t.same([...seen, ...dark.seen], []);
  });

  await t.test('costs use the price that the reader enters', async (t) => {
    const { opened, seen } = await open(t, browser, page);
    const price = opened.locator('#cost-rows tr[data-peer="django"] td').nth(1);
    const vcpus = opened.locator('#cost-rows tr[data-peer="django"] td').nth(2);
    const before = Number(await price.textContent());
    const busy = Number(await vcpus.textContent());
    await opened.getByLabel('Price per vCPU-hour').fill('0.4');
    await opened.getByLabel('Load, requests/s').fill('10000');
    t.ok(Math.abs(Number(await price.textContent()) / before - 10) < 0.1);
    t.ok(Math.abs(Number(await vcpus.textContent()) / busy - 2) < 0.1);
    await opened.getByLabel('Price per vCPU-hour').fill('');
    t.equal(await price.textContent(), '–', 'no price, no cost');
    await opened.getByLabel('Price per vCPU-hour').fill('0.04');
    await opened.getByLabel('Load, requests/s').fill('5000');
    t.equal(Number(await price.textContent()), before);
    await opened.getByLabel('Requests', { exact: true }).selectOption('health');
    t.ok(Number(await price.textContent()) < before);
    t.same(seen, []);
  });

  await t.test('ratios can use Setlist without batching, in table and plots', async (t) => {
    const { opened } = await open(t, browser, page);
    const cell = opened.locator('#summary tbody tr', { hasText: 'Gin + pgx' }).locator('td').first();
    const plot = opened.locator('[data-chart="ratios"]').first();
    t.match(await cell.innerText(), /[12]\.\d\d†/);
    t.match(await plot.innerText(), /Setlist ÷ peer/);
    await opened.getByLabel('Setlist, one query a request').check();
    t.match(await cell.innerText(), /0\.\d\d [\d.]+–/);
    t.notMatch(await cell.innerText(), /†/);
    t.match(await plot.innerText(), /Setlist, one query a request ÷ peer/);
  });

  await t.test('it fits phones, desktops and paper, and nothing is cut off', async (t) => {
    for (const width of [320, 390, 1440]) {
      const { opened } = await open(t, browser, page, { viewport: { width, height: 900 } });
      t.ok(Number(await opened.evaluate('document.documentElement.scrollWidth')) <= width, `${width} px`);
      t.same(await opened.evaluate(CUT_OFF), [], `plots at ${width} px`);
    }
    const { opened } = await open(t, browser, page, {
      viewport: { width: 700, height: 900 },
      colorScheme: 'dark',
    });
    await opened.emulateMedia({ media: 'print' });
    t.match(await opened.evaluate('getComputedStyle(document.documentElement).colorScheme'), /^light$/);
    t.equal(await opened.locator('nav').isVisible(), false);
  });

  await t.test('axe finds no violation, in light and dark', async (t) => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    for (const colorScheme of ['light', 'dark'] as const) {
      const { opened } = await open(t, browser, page, { colorScheme });
      await opened.evaluate(`${axe}; undefined`);
      t.same(await opened.evaluate(AXE), [], colorScheme);
    }
  });

  await t.test('a page with almost no measurements opens without an error', async (t) => {
    const nothing = { ...results, peers: [], closed: [], open: [], leftOut: [] };
    const hostile = results.peers.map((peer) => ({ ...peer, title: `<img src=x>${peer.title.repeat(9)}` }));
    const allVoid = results.closed.map((round) => ({ ...round, problems: ['wrong'] }));
    const cases: Record<string, Results> = {
      nothing,
      'one peer': sampleResults({ rounds: 1, peers: gin ? [gin] : [] }),
      'all void': { ...results, closed: allVoid, open: [] },
      hostile: { ...results, peers: hostile },
    };
    for (const [name, results] of Object.entries(cases)) {
      const folder = t.testdir({});
      const { opened, seen } = await open(t, browser, pathToFileURL(await writeReport(results, folder)).href);
      t.same(seen, [], name);
      t.equal(await opened.locator('img').count(), 0, name);
    }
  });
}

/** Opens the page and records errors, warnings and requests. */
async function open(
  t: Test,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ opened: Page; seen: string[] }> {
  const context = await browser.newContext(options);
  t.teardown(() => context.close());
  const opened = await context.newPage();
  const seen: string[] = [];
  opened.on('console', (message) => seen.push(`console: ${message.text()}`));
  opened.on('pageerror', (error) => seen.push(`error: ${error.message}`));
  opened.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) seen.push(`request: ${request.url()}`);
  });
  await opened.goto(url);
  return { opened, seen };
}
