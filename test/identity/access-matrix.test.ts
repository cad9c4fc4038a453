// Who may call what: each operation of openapi.json, with each kind of credential and each spelling of its path.
import t from 'tap';
import { eventSources } from '../../schemas/index.ts';
import { acceptingKeys, authenticated, bearer, SCOPES, testKey } from '../support/credentials.ts';
import { forge, issuerKey, seconds, startIssuer } from '../support/issuer.ts';
import { collectionOf, newRow, type Target, targets, validRequest } from '../support/operations.ts';
import { startService } from '../support/service.ts';

const issuer = await startIssuer(t);
const all = testKey('all', SCOPES);
const revoked = testKey('revoked', SCOPES);
const { app, call } = await startService(t, {
  ...issuer.environment,
  ...acceptingKeys(all),
  MAX_TASKS: '0',
  WEBHOOKS_MAX: '10000',
});

const token = (changes: object) => bearer(issuer.token(changes));
const similar = (scope: string) =>
  [`${scope}s`, scope.toUpperCase(), scope.split(':')[0], `my-${scope}`].join(' ');

/** The expected access of a caller: to everything, to operations without scopes, or to none. */
type Access = 'all' | 'no scope' | 'none' | readonly string[];
interface Caller {
  headers: Record<string, string>;
  access: Access;
  /** Whether the caller creates the rows of the test. */
  isOwner?: true;
}

/** Each kind of caller of an operation with this scope. */
function callersOf(scope = 'songs:read'): Record<string, Caller> {
  const readScopes = SCOPES.filter((name) => name.endsWith(':read'));
  const writeScopes = SCOPES.filter((name) => name.endsWith(':write'));
  return {
    'no credential': { headers: {}, access: 'none' },
    Basic: {
      headers: { authorization: `Basic ${Buffer.from('ada:secret').toString('base64')}` },
      access: 'none',
    },
    garbage: { headers: bearer('garbage'), access: 'none' },
    'an empty credential': { headers: { authorization: 'Bearer' }, access: 'none' },
    'an expired token': { headers: token({ exp: seconds(-60) }), access: 'none' },
    'a token for another audience': { headers: token({ aud: 'https://other.example.com' }), access: 'none' },
    'a token of another issuer': {
      headers: bearer(forge(issuerKey('ES256'), { payload: issuer.claims() })),
      access: 'none',
    },
    'a revoked key': { headers: bearer(revoked.key), access: 'none' },
    'a token without scopes': { headers: token({ scope: '' }), access: 'no scope' },
    'a token with similar scopes': { headers: token({ scope: similar(scope) }), access: 'no scope' },
    'a token for reads': { headers: token({ scope: readScopes.join(' ') }), access: readScopes },
    'a token for writes': { headers: token({ scope: writeScopes.join(' ') }), access: writeScopes },
    'another owner': {
      headers: token({ scope: [...readScopes, ...writeScopes].join(' ') }),
      access: [...readScopes, ...writeScopes],
    },
    'a token with all scopes': { headers: token({ scope: SCOPES.join(' ') }), access: 'all' },
    'an API key with all scopes': { headers: bearer(all.key), access: 'all', isOwner: true },
  };
}

/** The spellings of a path, and whether they have the same access; another path is unknown to every caller. */
const spellings: Record<string, (path: string) => string> = {
  plain: (path) => path,
  'under /v1': (path) => `/v1${path}`,
  'percent-encoded': (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  'with a trailing slash': (path) => path.replace(/(?=\?|$)/, '/'),
};

/** Events are for callers who can read some resource: each of these scopes suffices. */
const READ_SCOPES = eventSources.map(({ names: { scopes } }) => scopes.read);
const isForAnyReader = ({ operation }: Target) => operation.operationId === 'followEvents';

const requirementOf = ({ operation }: Target): readonly string[] | undefined =>
  operation.security[0]?.bearerAuth;

/** The expected refusal of a caller; undefined: the operation runs. */
function refusalOf(target: Target, { access }: Caller): 401 | 403 | undefined {
  const scopes = requirementOf(target);
  if (!scopes || access === 'all') return undefined;
  if (access === 'none') return 401;
  const has = (scope: string) => access !== 'no scope' && access.includes(scope);
  return (isForAnyReader(target) ? READ_SCOPES.some(has) : scopes.every(has)) ? undefined : 403;
}

/** Creates the row that an operation needs; it belongs to the API key with all scopes. */
async function idFor({ path }: Target): Promise<number> {
  if (!path.includes('{id}')) return 1;
  return newRow(app, authenticated(call, all.key), path);
}

/** Whether the row of an operation belongs to another caller, who alone can access it. */
function isOfAnother({ path }: Target, { access, isOwner }: Caller): boolean {
  const collection = collectionOf(path);
  const resource = eventSources.find(({ names }) => names.path === collection);
  if (!path.includes('{id}')) return false;
  // No scope gives access to the webhooks of others.
  return collection === '/webhooks' ? !isOwner : resource?.owned === true && access !== 'all';
}

/** The expected status; undefined: a success. */
function expectedStatus(target: Target, caller: Caller, spelling: string): number | undefined {
  if (spelling === 'with a trailing slash') return 404;
  return refusalOf(target, caller) ?? (isOfAnother(target, caller) ? 404 : undefined);
}

t.test('every operation declares its security', async (t) => {
  for (const target of targets) {
    const { operationId, tags } = target.operation;
    if (tags.includes('service')) t.same(target.operation.security, [], operationId);
    else t.ok(requirementOf(target), operationId);
  }
});

for (const target of targets) {
  const { operationId } = target.operation;
  const scopes = requirementOf(target);
  t.test(`${operationId} is available exactly as declared`, async (t) => {
    for (const [name, caller] of Object.entries(callersOf(scopes?.[0]))) {
      for (const [spelling, spelled] of Object.entries(spellings)) {
        for (const method of target.method === 'GET' ? ['GET', 'HEAD'] : [target.method]) {
          const expected = expectedStatus(target, caller, spelling);
          const id = expected === undefined || isOfAnother(target, caller) ? await idFor(target) : 1;
          const { url, ...options } = validRequest(target, id);
          const response = await call(method, spelled(url), {
            ...options,
            headers: { ...options.headers, ...caller.headers },
          });
          const title = `${name}, ${method} ${spelling}: ${response.status}`;
          if (expected === undefined) t.ok(response.status < 400, title);
          else t.equal(response.status, expected, title);
          const challenge = response.headers['www-authenticate'];
          if (expected === 401)
            t.match(challenge, /^Bearer realm="setlist"(, error="invalid_token")?$/, title);
          else if (expected === 403)
            t.equal(
              challenge,
              `Bearer realm="setlist", error="insufficient_scope", scope="${isForAnyReader(target) ? READ_SCOPES[0] : scopes?.join(' ')}"`,
            );
          else t.notOk(challenge, title);
        }
      }
    }
  });
}

t.test('unknown paths, methods and media types are rejected before credentials', async (t) => {
  t.equal((await call('GET', '/nowhere')).status, 404);
  t.equal((await call('DELETE', '/songs')).status, 405);
  t.equal((await call('OPTIONS', '/songs')).status, 204);
  t.equal((await call('GET', '/songs', { headers: { accept: 'text/html' } })).status, 406);
});

t.test('credentials are checked before the request', async (t) => {
  const broken = { payload: '{', headers: { 'content-type': 'application/json' } };
  for (const [path, method, options] of [
    ['/songs', 'POST', broken],
    ['/songs', 'POST', { payload: 'x'.repeat(100_000), headers: { 'content-type': 'application/json' } }],
    ['/songs', 'POST', { payload: 'x', headers: { 'content-type': 'text/plain' } }],
    ['/songs?limit=x', 'GET', {}],
    ['/songs/x', 'GET', {}],
  ] as const) {
    t.equal((await call(method, path, options)).status, 401, `${method} ${path}`);
    const headers = { ...('headers' in options && options.headers), ...token({ scope: '' }) };
    t.equal((await call(method, path, { ...options, headers })).status, 403, `${method} ${path}`);
  }
});

t.test('several credentials are refused', async (t) => {
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const { rawExchange } = await import('../support/raw-exchange.ts');
  const line = `authorization: Bearer ${all.key}\r\n`;
  const send = (lines: string) =>
    rawExchange(Number(port), `GET /songs HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${lines}\r\n`);
  t.equal((await send(line)).status, 200);
  t.equal((await send(line + line)).status, 401);
  t.equal((await send(`${line}authorization: Bearer ${revoked.key}\r\n`)).status, 401);
});
