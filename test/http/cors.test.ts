import t from 'tap';
import { startWithoutDatabase } from '../support/service.ts';

const { call } = await startWithoutDatabase(t, { CORS_ORIGINS: 'https://myapp.com,http://localhost:3000' });

t.test('only the configured origins are allowed, with an exact match', async (t) => {
  for (const origin of ['https://myapp.com', 'http://localhost:3000']) {
    const { headers } = await call('GET', '/health', { headers: { origin } });
    t.equal(headers['access-control-allow-origin'], origin);
    t.equal(headers['access-control-allow-credentials'], 'true');
    t.equal(
      headers['access-control-expose-headers'],
      'Accept-Patch, Allow, Content-Disposition, ETag, Idempotency-Replayed, Link, Location, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Process-Time, X-Request-Id, X-Total-Count',
    );
    t.equal(headers.vary, 'Origin, Accept');
  }
  for (const origin of [
    'http://myapp.com',
    'https://myapp.com.evil.example',
    'https://www.myapp.com',
    'null',
  ]) {
    const { headers } = await call('GET', '/health', { headers: { origin } });
    t.equal(headers['access-control-allow-origin'], undefined, origin);
    t.equal(headers.vary, 'Origin, Accept');
  }
});

t.test('a preflight allows every method and header in use', async (t) => {
  const { status, headers } = await call('OPTIONS', '/songs/1', {
    headers: { origin: 'https://myapp.com', 'access-control-request-method': 'PATCH' },
  });
  t.equal(status, 204);
  t.equal(headers['access-control-allow-methods'], 'GET, HEAD, POST, PUT, PATCH, DELETE');
  t.equal(
    headers['access-control-allow-headers'],
    'Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Prefer, X-Request-Id, X-User-Id',
  );
  t.equal(headers['access-control-max-age'], '600');
});

t.test('errors can be read across origins, too', async (t) => {
  for (const url of ['/nowhere', '/songs/x']) {
    const { headers } = await call('GET', url, { headers: { origin: 'https://myapp.com' } });
    t.equal(headers['access-control-allow-origin'], 'https://myapp.com', url);
  }
});

t.test('a request without an origin only gets Vary: Origin', async (t) => {
  const { headers } = await call('GET', '/health');
  t.equal(headers.vary, 'Origin, Accept');
  t.same(
    Object.keys(headers).filter((name) => name.startsWith('access-control-')),
    [],
  );
});
