// The documents and pages, for browsers, caches and scanners.
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import t from 'tap';
import { runningService } from './service.ts';

const { base, call } = await runningService(t);

const FILES = [
  '/docs/static/swagger-ui.css',
  '/docs/static/swagger-ui-bundle.js',
  '/v1/redoc/redoc.css',
  '/redoc/redoc.standalone.js',
];

t.test('a range of a file that does not exist is 416', async (t) => {
  for (const file of FILES) {
    const whole = await call('HEAD', file);
    t.equal(whole.status, 200, file);
    for (const range of ['bytes=99999999-', 'bytes=5-2', 'bytes=-0']) {
      const { status, headers, body } = await call('GET', file, { headers: { range } });
      t.equal(status, 416, `${file} ${range}`);
      t.equal(headers['content-range'], `bytes */${whole.headers['content-length']}`);
      t.equal(body.code, 'range_not_satisfiable');
    }
    t.match(await call('GET', file, { headers: { range: 'bytes=0-9' } }), {
      status: 206,
      headers: { 'content-length': '10' },
    });
    t.equal(
      (await call('GET', file, { headers: { range: 'lines=1-2' } })).status,
      200,
      'another unit is ignored',
    );
  }
});

t.test('a precondition of a file that does not hold is 412', async (t) => {
  for (const file of FILES) {
    for (const [name, value] of [
      ['if-match', '"x"'],
      ['if-unmodified-since', 'Mon, 01 Jan 1990 00:00:00 GMT'],
    ] as const) {
      const { status, body } = await call('GET', file, { headers: { [name]: value } });
      t.match({ status, body }, { status: 412, body: { code: 'precondition_failed' } }, `${file} ${name}`);
    }
  }
});

t.test('a path without a file is a client error', async (t) => {
  for (const root of ['/docs/static/', '/docs/', '/redoc/', '/v1/docs/static/']) {
    for (const path of [
      '%00',
      'a%00.css',
      '..',
      '../..',
      '../../package.json',
      '%2e%2e',
      '%2e%2e/%2e%2e/package.json',
      '..%2f..%2fpackage.json',
      '..%5c..%5cpackage.json',
      '.%00./x',
      './/etc/passwd',
      '/etc/passwd',
      '%2fetc%2fpasswd',
      '.env',
      'x'.repeat(300),
      `${'x/'.repeat(3000)}x`,
      '%F0%9F%8E%B5',
      'swagger-ui.css/',
      'swagger-ui.css/x',
      'SWAGGER-UI.CSS',
      '%',
      '%FF',
    ]) {
      const { status, body } = await call('GET', root + path);
      t.ok(status >= 400 && status < 500, `${status} for ${root}${path.slice(0, 40)}`);
      t.match(body, { code: /^(malformed_request|forbidden|not_found)$/ });
    }
  }
});

interface Received {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Sends a request, and returns the body without decompression. */
async function receive(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Received> {
  const request = httpRequest(base + path, { method, headers, agent: false }).end();
  const [response]: IncomingMessage[] = await once(request, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response ?? []) chunks.push(chunk);
  return { status: response?.statusCode, headers: response?.headers ?? {}, body: Buffer.concat(chunks) };
}

/** The assets in the pages, with the version in their URLs. */
async function versionedAssets(): Promise<string[]> {
  const pages = await Promise.all(['/docs', '/redoc'].map((path) => receive(path)));
  const urls = pages.flatMap(({ body }) => [...String(body).matchAll(/(?:src|href)="([^"]+)"/g)]);
  return urls.flatMap(([, url = '']) => (url.includes('?v=') ? [url] : []));
}

t.test('an asset of a page is compressed as the client prefers, and may be stored forever', async (t) => {
  const assets = await versionedAssets();
  t.equal(assets.length, 8);
  for (const url of assets) {
    const plain = await receive(url);
    t.match(plain, {
      status: 200,
      headers: {
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'Origin, Accept-Encoding',
        'content-length': String(plain.body.length),
      },
    });
    for (const coding of ['br', 'gzip'] as const) {
      const packed = await receive(url, { 'accept-encoding': coding });
      t.equal(packed.headers['content-encoding'], coding, `${url} in ${coding}`);
      t.equal(packed.headers['content-type'], plain.headers['content-type']);
      t.equal(packed.headers.vary, 'Origin, Accept-Encoding');
      const unpacked = coding === 'br' ? brotliDecompressSync(packed.body) : gunzipSync(packed.body);
      t.ok(unpacked.equals(plain.body), 'the same file');
      t.not(packed.headers.etag, plain.headers.etag);
    }
  }
});

t.test('an asset without its version must be revalidated', async (t) => {
  for (const url of await versionedAssets()) {
    const [path = ''] = url.split('?');
    for (const other of [path, `${path}?v=0`, `${path}?v=`, `/v1${path}?x=1`]) {
      const { status, headers } = await receive(other);
      t.equal(status, 200, other);
      t.equal(headers['cache-control'], 'no-cache');
    }
  }
});

const DOCUMENTS = ['/openapi.json', '/openapi.yaml', '/v1/openapi.json', '/v1/openapi.yaml'];

t.test('a document is compressed as the client prefers', async (t) => {
  for (const path of DOCUMENTS) {
    const plain = await receive(path);
    t.match(plain, {
      status: 200,
      headers: { 'cache-control': 'no-cache', vary: 'Origin, Accept-Encoding' },
    });
    for (const [accepted, coding] of [
      ['br', 'br'],
      ['gzip', 'gzip'],
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip;q=0.9, deflate, br, zstd', 'br'],
      ['GZIP', 'gzip'],
      ['gzip;q=1, br;q=0.5', 'gzip'],
      ['br;q=0, *', 'gzip'],
      ['*', 'br'],
      ['identity, gzip;q=0.5', undefined],
      ['deflate', undefined],
      ['gzip;q=0', undefined],
      ['', undefined],
      ['*;q=0', undefined],
    ] as const) {
      const { status, headers, body } = await receive(path, { 'accept-encoding': accepted });
      t.equal(status, 200);
      t.equal(headers['content-encoding'], coding, `${path} for ${accepted}`);
      t.equal(headers['content-length'], String(body.length));
      t.equal(headers['content-type'], plain.headers['content-type']);
      t.equal(headers.vary, 'Origin, Accept-Encoding');
      const unpacked =
        coding === 'br' ? brotliDecompressSync(body) : coding === 'gzip' ? gunzipSync(body) : body;
      t.ok(unpacked.equals(plain.body), 'the same document');
    }
  }
});

t.test('each coding of a document has a strong entity tag, and a client that has it gets 304', async (t) => {
  const tags = new Set<string>();
  for (const path of ['/openapi.json', '/openapi.yaml']) {
    for (const coding of ['identity', 'gzip', 'br']) {
      const accept = { 'accept-encoding': coding };
      const { etag = '', ...headers } = (await receive(path, accept)).headers;
      t.match(etag, /^"[\w-]+"$/);
      tags.add(etag);
      for (const known of [etag, `W/${etag}`, '*', `"other", ${etag}`]) {
        for (const method of ['GET', 'HEAD']) {
          const again = await receive(path, { ...accept, 'if-none-match': known }, method);
          t.match(again, { status: 304, headers: { etag, 'cache-control': 'no-cache', vary: headers.vary } });
          t.equal(again.body.length, 0);
          t.notOk(again.headers['content-encoding'] || again.headers['content-type']);
        }
      }
      t.equal((await receive(path, { ...accept, 'if-none-match': '"other"' })).status, 200);
      t.equal((await receive(path, { ...accept, 'if-match': etag })).status, 200);
      t.equal((await receive(path, { ...accept, 'if-match': `W/${etag}` })).status, 412);
      const head = await receive(path, accept, 'HEAD');
      t.match(head, { status: 200, headers: { etag, 'content-length': headers['content-length'] } });
      t.equal(head.body.length, 0);
    }
  }
  t.equal(tags.size, 6, 'no two alike');
});

t.test('a page of an allowed origin reads a document, and caches know that it varies', async (t) => {
  const { status, headers } = await receive('/openapi.json', { origin: 'https://myapp.com' });
  t.equal(status, 200);
  t.equal(headers['access-control-allow-origin'], 'https://myapp.com');
  t.equal(headers.vary, 'Origin, Accept-Encoding');
});
