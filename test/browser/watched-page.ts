// A page with a recorder for errors and foreign requests.
import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';

/** A fault of a page. */
export interface Finding {
  kind: 'console error' | 'page error' | 'policy violation' | 'foreign request' | 'failed request';
  text: string;
  /** The place of the fault, or the requested URL. */
  url: string;
}

export interface WatchedPage {
  page: Page;
  /** The faults since the last call, after the page is idle. */
  findings(): Promise<Finding[]>;
  close(): Promise<void>;
}

/** The name of the function through which the page reports violations of its policy. */
const REPORT = '__reportPolicyViolation';

/** Runs in each page before its scripts. */
const REPORTER = `addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) => {
  ${REPORT}(effectiveDirective + ' ' + sample, blockedURI);
});`;

/**
 * Opens an empty page, and records its console, errors, policy violations and requests. A request to another origin is
 * blocked and recorded; one that the policy of the page blocked is also recorded.
 */
export async function openWatched(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  // Requests of a service worker would bypass the recorder.
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
    if (isForeign(url)) found.push({ kind: 'foreign request', text: 'blocked by the policy', url });
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
      // The browser sends its events in order: after this response, none is pending.
      await page.evaluate('new Promise((resolve) => setTimeout(resolve, 50))');
      const findings = found;
      found = [];
      return findings;
    },
    close: () => context.close(),
  };
}
