// A page of the browser that is watched for everything that must not happen on it.
import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';

/** Something that must not happen on a page. */
export interface Finding {
  kind: 'console error' | 'page error' | 'policy violation' | 'foreign request' | 'failed request';
  text: string;
  /** Where it happened, or what was asked for. */
  url: string;
}

export interface WatchedPage {
  page: Page;
  /** What has been found since the last call, once the page has come to rest. */
  findings(): Promise<Finding[]>;
  close(): Promise<void>;
}

/** The name of the function that the page reports violations of its policy to. */
const REPORT = '__reportPolicyViolation';

/** Runs in each page before anything else does. */
const REPORTER = `addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) => {
  ${REPORT}(effectiveDirective + ' ' + sample, blockedURI);
});`;

/**
 * Opens an empty page whose console, errors, policy and requests are watched. A request to an origin other than
 * `origin` is stopped and recorded; so is one that the policy of the page stopped before.
 */
export async function openWatched(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  // A service worker's requests would get past the recorder.
  const context = await browser.newContext({ baseURL: origin, serviceWorkers: 'block', ...options });
  let found: Finding[] = [];
  const isForeign = (url: string) => /^(https?|wss?|ftp):/.test(url) && new URL(url).origin !== origin;

  await context.route(
    (url) => isForeign(url.href),
    (route) => {
      found.push({
        kind: 'foreign request',
        text: route.request().resourceType(),
        url: route.request().url(),
      });
      return route.abort('blockedbyclient');
    },
  );
  await context.exposeFunction(REPORT, (text: string, url: string) => {
    found.push({ kind: 'policy violation', text, url });
    if (isForeign(url)) found.push({ kind: 'foreign request', text: 'stopped by the policy', url });
  });
  await context.addInitScript({ content: REPORTER });

  const page = await context.newPage();
  const watchConsole = (message: ConsoleMessage) => {
    if (message.type() !== 'error') return;
    found.push({ kind: 'console error', text: message.text(), url: message.location().url });
  };
  page.on('console', watchConsole);
  page.on('worker', (worker) => worker.on('console', watchConsole));
  page.on('pageerror', (error) => found.push({ kind: 'page error', text: String(error), url: page.url() }));
  page.on('requestfailed', (request) => {
    const text = request.failure()?.errorText ?? '';
    if (!isForeign(request.url())) found.push({ kind: 'failed request', text, url: request.url() });
  });
  page.on('websocket', (socket) => {
    if (isForeign(socket.url().replace(/^ws/, 'http')))
      found.push({ kind: 'foreign request', text: 'websocket', url: socket.url() });
  });

  return {
    page,
    findings: async () => {
      await page.waitForLoadState('networkidle');
      // What the browser has still to tell is told in order: after an answer to this, nothing is on its way.
      await page.evaluate('new Promise((resolve) => setTimeout(resolve, 50))');
      const findings = found;
      found = [];
      return findings;
    },
    close: () => context.close(),
  };
}
