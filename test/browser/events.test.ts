// The example page follows events live, and resumes after a restart of the service.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { createSong } from '../support/builders.ts';
import { newDatabase } from '../support/database.ts';
import { startProcess } from '../support/process.ts';
import { startBrowser } from './chromium.ts';

t.test('a page shows changes as they happen, also those during a restart of the service', async (t) => {
  const browser = await startBrowser(t);
  const html = readFileSync('examples/events/page.html');
  const pages = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end(html),
  );
  await once(pages.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => pages.close().closeAllConnections());
  const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  const settings = { ...(await newDatabase(t)), CORS_ORIGINS: origin };

  const service = await startProcess(t, settings);
  const { port } = new URL(service.base);
  const page = await browser.newPage();
  await page.goto(`${origin}/?service=${service.base}`);
  await page.getByText('Connected.').waitFor();
  const first = await createSong(service.call);
  await page.getByText(`song.created ${first.url}: ${first.item.song}`).waitFor();

  t.equal(await service.end('SIGTERM'), 0);
  await page.getByText('Reconnecting…').waitFor();
  const again = await startProcess(t, { ...settings, PORT: port });
  const second = await createSong(again.call);
  await page.getByText(`song.created ${second.url}: ${second.item.song}`).waitFor();
  t.same(await page.locator('#events li').count(), 2);
});
