import t from 'tap';
import { testDatabase } from '../support/database.ts';
import { startProcess } from '../support/process.ts';
import { startBrowser } from './chromium.ts';
import { firstOfTags } from './contract.ts';
import { block, deepLink, openSwaggerUi } from './swagger-ui.ts';
import { openWatched } from './watched-page.ts';

const browser = await startBrowser(t);

t.test('a link to an operation opens it', async (t) => {
  const service = await startProcess(t, await testDatabase(t));
  const { page, findings } = await openWatched(browser, service.base);
  for (const operation of firstOfTags) {
    await page.goto('about:blank');
    await openSwaggerUi(page, `/docs${deepLink(operation)}`);
    await block(page, operation).locator('.btn.execute').waitFor();
    t.equal(await page.locator('.opblock.is-open').count(), 1, `${operation.id}, and no other`);
  }
  t.same(await findings(), []);
});
