// Finds and starts the installed browser.
import { type Browser, chromium } from 'playwright-core';
import type { Test } from 'tap';
import { findBrowser } from '../../scripts/find-browser.mjs';

const FLAGS = [
  // Containers and CI run as root, without the sandbox of Chromium; it only loads local pages.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  // Blocks requests that bypass the recorder of foreign requests, such as a preconnect.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Starts the browser, and closes it after the tests. */
export async function startBrowser(t: Test): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error('The browser was not found: run `npm run test:browser`');
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  t.teardown(() => browser.close());
  return browser;
}
