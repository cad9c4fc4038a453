import t from 'tap';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';

const app = await buildApp(readConfig({}), { connect: false });
t.teardown(() => app.close());

const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'self'";

for (const url of ['/docs', '/docs/', '/v1/docs', '/v1/docs/']) {
  t.test(`${url} is Swagger UI`, async (t) => {
    const { statusCode, headers, body } = await app.inject(url);
    t.equal(statusCode, 200);
    t.equal(headers['content-type'], 'text/html; charset=utf-8');
    t.equal(headers['content-security-policy'], POLICY);
    t.match(body, '<title>Setlist API</title>');
    t.notMatch(body, /<script(?![^>]*\ssrc=)/, 'no inline script');
    t.notMatch(body, /<style|\sstyle=|\son\w+=/, 'no inline style or handler');
    t.notMatch(body, /(src|href)="(https?:)?\/\//, 'nothing from other origins');

    const base = new URL(url, 'http://localhost');
    const assets = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => new URL(path, base));
    t.equal(assets.length, 9);
    for (const { pathname } of assets) {
      const asset = await app.inject(pathname);
      t.equal(asset.statusCode, 200, pathname);
      t.equal(asset.headers['content-security-policy'], POLICY, `${pathname} has the policy`);
    }
  });
}

t.test('Swagger UI is ready for trying out, without its top bar', async (t) => {
  const { body } = await app.inject('/docs/static/swagger-initializer.js');
  t.match(body, '"tryItOutEnabled":true');
  t.match(body, '"deepLinking":true');
  t.match(body, '"displayRequestDuration":true');
  t.match(body, '"defaultModelsExpandDepth":0');
  t.match(body, '"layout":"BaseLayout"');
});

t.test('Swagger UI shows the document of the service', async (t) => {
  const [shown, served] = await Promise.all([app.inject('/docs/json'), app.inject('/openapi.json')]);
  t.same(shown.json(), served.json());
});

for (const [url, location] of [
  ['/', '/docs'],
  ['/v1', '/v1/docs'],
  ['/v1/', '/v1/docs'],
  ['/v1?from=home', '/v1/docs'],
] as const) {
  t.test(`${url} redirects to ${location}`, async (t) => {
    const { statusCode, headers } = await app.inject(url);
    t.equal(statusCode, 302);
    t.equal(headers.location, location);
  });
}

t.test('the docs are not part of the contract', async (t) => {
  const paths = Object.keys(app.swagger().paths ?? {});
  t.notOk(paths.some((path) => path === '/' || path.startsWith('/docs') || path.startsWith('/redoc')));
});

t.test('the API keeps its strict policy', async (t) => {
  const { headers } = await app.inject('/openapi.json');
  t.equal(headers['content-security-policy'], "default-src 'none';frame-ancestors 'none'");
});
