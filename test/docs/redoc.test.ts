import t from 'tap';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';

const app = await buildApp(readConfig({}), { connect: false });
t.teardown(() => app.close());

const BUNDLE = '/redoc/redoc.standalone.js';

for (const url of ['/redoc', '/redoc/', '/v1/redoc']) {
  t.test(`${url} is ReDoc`, async (t) => {
    const { statusCode, headers, body } = await app.inject(url);
    t.equal(statusCode, 200);
    t.equal(headers['content-type'], 'text/html; charset=utf-8');
    t.match(body, '<div id="redoc">');
    t.match(body, new RegExp(`<script src="${BUNDLE}\\?v=[0-9a-f]{16}"></script>`));
    t.notMatch(body, /<script(?![^>]*\ssrc=)/, 'no inline script');
    t.notMatch(body, /<style|\sstyle=|\son\w+=/, 'no inline style or handler');
    t.notMatch(body, /(src|href)="(https?:)?\/\//, 'nothing from other origins');
  });
}

t.test('the policy of the page', async (t) => {
  const { headers } = await app.inject('/redoc');
  const policy = new Map(
    String(headers['content-security-policy'])
      .split('; ')
      .map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources] as const;
      }),
  );
  t.same(policy.get('default-src'), ["'none'"]);
  t.same(policy.get('script-src'), ["'self'"]);
  t.same(policy.get('connect-src'), ["'self'"]);
  t.same(policy.get('worker-src'), ['blob:']);
  t.same(policy.get('frame-ancestors'), ["'none'"]);
  t.notMatch(String(headers['content-security-policy']), /unsafe|upgrade-insecure/);
  t.match(policy.get('style-src'), ["'self'", /^'sha256-/, /^'sha256-/], 'local styles, and ReDoc’s by hash');
});

t.test('the assets of the page are served locally, under its policy', async (t) => {
  const page = await app.inject('/redoc');
  const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
  t.equal(assets.length, 4);
  for (const path of assets) {
    const asset = await app.inject(path);
    t.equal(asset.statusCode, 200, path);
    t.equal(asset.headers['content-security-policy'], page.headers['content-security-policy'], path);
  }
});

t.test('the bundle is served locally and loads nothing from other origins', async (t) => {
  const page = await app.inject('/redoc');
  const { statusCode, headers, body } = await app.inject(BUNDLE);
  t.equal(statusCode, 200);
  t.match(headers['content-type'], /^(text|application)\/javascript/);
  t.equal(headers['content-security-policy'], page.headers['content-security-policy']);
  t.notMatch(body, 'https://cdn.redoc.ly');
  t.ok(body.includes('Redoc'));

  const { etag } = headers;
  t.type(etag, 'string');
  const again = await app.inject({ url: BUNDLE, headers: { 'if-none-match': String(etag) } });
  t.equal(again.statusCode, 304);
  t.equal(again.body, '');
});
