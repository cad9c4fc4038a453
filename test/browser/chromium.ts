// Finds and starts the browser of the machine: nothing is downloaded.
import { type Browser, chromium } from 'playwright-core';
import type { Test } from 'tap';
import { findBrowser } from '../../scripts/find-browser.mjs';

const FLAGS = [
  // The container and CI run as root, where Chromium has no sandbox; it only ever sees pages of this machine.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  // What gets past the recorder of foreign requests (a preconnect, say) ends here.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Starts the browser; closed after the tests. */
export async function startBrowser(t: Test): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error('There is no browser: run `npm run test:browser`');
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  t.teardown(() => browser.close());
  return browser;
}
