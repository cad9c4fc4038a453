// Each fault of a page is recorded: the checks of the other tests can fail.
import { once } from 'node:events';
import { createServer } from 'node:http';
import t, { type Test } from 'tap';
import { startBrowser } from './chromium.ts';
import { type Finding, openWatched } from './watched-page.ts';

const browser = await startBrowser(t);

/** Serves one page with its assets, and returns the origin and the requests. */
async function serve(t: Test, { body = '', policy = "default-src * data: 'unsafe-inline'", script = '' }) {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    if (url === '/script.js') {
      response.setHeader('content-type', 'text/javascript').end(script);
    } else if (url === '/') {
      response.setHeader('content-type', 'text/html').setHeader('content-security-policy', policy);
      response.end(`<!doctype html><title>A page</title><link rel="icon" href="data:,">${body}`);
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port');
  return { origin: `http://127.0.0.1:${address.port}`, asked };
}

async function visit(t: Test, origin: string): Promise<Finding[]> {
  const { page, findings, close } = await openWatched(browser, origin);
  t.teardown(close);
  await page.goto('/');
  return findings();
}

const SCRIPT = '<script src="/script.js"></script>';

t.test('a page without faults has no findings', async (t) => {
  const { origin } = await serve(t, {
    policy: "default-src 'self'; img-src data:",
    body: SCRIPT,
    script: 'let a = 1',
  });
  t.same(await visit(t, origin), []);
});

t.test('an inline script that the policy forbids', async (t) => {
  const { origin } = await serve(t, {
    policy: "script-src 'self'",
    body: '<script>document.title = "x"</script>',
  });
  const found = await visit(t, origin);
  t.match(
    found.find(({ kind }) => kind === 'policy violation'),
    { text: /^script-src-elem/, url: 'inline' },
  );
  t.match(
    found.find(({ kind }) => kind === 'console error'),
    { text: 'Content Security Policy' },
  );
});

t.test('an inline style that the policy forbids', async (t) => {
  const { origin } = await serve(t, { policy: "style-src 'self'", body: '<p style="color: red">Red</p>' });
  t.match(
    (await visit(t, origin)).find(({ kind }) => kind === 'policy violation'),
    { text: /^style-src-attr/ },
  );
});

t.test('an error on the console', async (t) => {
  const { origin } = await serve(t, { body: SCRIPT, script: 'console.error("so not")' });
  t.match(await visit(t, origin), [{ kind: 'console error', text: 'so not', url: `${origin}/script.js` }]);
});

t.test('an error on the console of a worker', async (t) => {
  const script = 'new Worker(URL.createObjectURL(new Blob(["console.error(1234)"])))';
  const { origin } = await serve(t, {
    policy: "default-src 'self'; worker-src blob:; img-src data:",
    body: SCRIPT,
    script,
  });
  t.match(await visit(t, origin), [{ kind: 'console error', text: '1234' }]);
});

t.test('an uncaught exception', async (t) => {
  const { origin } = await serve(t, { body: SCRIPT, script: 'nothing.at.all' });
  t.match(await visit(t, origin), [{ kind: 'page error', text: 'nothing is not defined' }]);
});

t.test('a missing asset', async (t) => {
  const { origin } = await serve(t, { body: '<img src="/missing.png">' });
  t.match(await visit(t, origin), [{ kind: 'console error', text: '404', url: `${origin}/missing.png` }]);
});

t.test('a request to another origin, which is blocked', async (t) => {
  const other = await serve(t, {});
  const { origin } = await serve(t, { body: `<img src="${other.origin}/logo.svg">` });
  const found = await visit(t, origin);
  t.match(
    found.find(({ kind }) => kind === 'foreign request'),
    { text: 'image', url: `${other.origin}/logo.svg` },
  );
  t.same(other.asked, []);
});

t.test('a request of a worker to another origin', async (t) => {
  const other = await serve(t, {});
  const script = `new Worker(URL.createObjectURL(new Blob(['fetch("${other.origin}/data")'])))`;
  const { origin } = await serve(t, {
    policy: "default-src * data: blob: 'unsafe-inline'",
    body: SCRIPT,
    script,
  });
  t.match(
    (await visit(t, origin)).find(({ kind }) => kind === 'foreign request'),
    { url: `${other.origin}/data` },
  );
  t.same(other.asked, []);
});

t.test('a request to another origin that the policy blocked', async (t) => {
  const other = await serve(t, {});
  const { origin } = await serve(t, {
    policy: "default-src 'self'; img-src data:",
    body: SCRIPT,
    script: `fetch("${other.origin}/data").catch(() => {})`,
  });
  const found = await visit(t, origin);
  t.match(
    found.find(({ kind }) => kind === 'policy violation'),
    { text: /^connect-src/ },
  );
  t.match(
    found.find(({ kind }) => kind === 'foreign request'),
    { text: 'blocked by the policy' },
  );
  t.same(other.asked, []);
});
