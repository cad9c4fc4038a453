// The documents and pages, as browsers, caches and scanners ask for them.
import t from 'tap';
import { runningService } from './service.ts';

const { call } = await runningService(t);

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

t.test('a path that is no file is a client error, whatever it holds', async (t) => {
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
