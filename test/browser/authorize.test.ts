// A service with authentication: the page authorizes its requests, offline and under its content security policy.
import t from 'tap';
import { acceptingKeys, testKey } from '../support/credentials.ts';
import { newDatabase } from '../support/database.ts';
import { startProcess } from '../support/process.ts';
import { startBrowser } from './chromium.ts';
import { operations } from './contract.ts';
import { execute, expand, openSwaggerUi } from './swagger-ui.ts';
import { openWatched } from './watched-page.ts';

const browser = await startBrowser(t);
const key = testKey('reader', ['songs:read']);
const service = await startProcess(t, { ...(await newDatabase(t)), ...acceptingKeys(key) });

t.test('requests of the page have the credential that was entered', async (t) => {
  const { page, close } = await openWatched(browser, service.base);
  await openSwaggerUi(page, '/docs');
  const statusOf = async (id: string) => {
    const operation = operations.find((candidate) => candidate.id === id);
    if (!operation) throw new Error(`There is no operation ${id}`);
    await expand(page, operation);
    return (await execute(page, operation)).shown.status;
  };
  t.equal(await statusOf('listSongs'), 401);
  await page.locator('.btn.authorize').first().click();
  await page.locator('.auth-container input').fill(key.key);
  await page.locator('.auth-btn-wrapper .authorize').click();
  await page.locator('.auth-btn-wrapper .btn-done').click();
  t.equal(await statusOf('listSongs'), 200);
  t.equal(await statusOf('createSong'), 403);
  t.equal(await statusOf('getMe'), 200);
  await page.reload();
  await page.locator('.opblock').first().waitFor();
  t.equal(await statusOf('listSongs'), 401, 'the page does not store the credential');
  await close();
});
