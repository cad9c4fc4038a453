import { execFileSync, spawnSync } from 'node:child_process';
import t from 'tap';
import { generateApiKey } from '../../src/identity/api-keys.ts';
import { acceptingKeys, bearer, testKey } from '../support/credentials.ts';
import { startService } from '../support/service.ts';

const reader = testKey('reader', ['songs:read']);
const writer = testKey('writer', ['songs:read', 'songs:write']);
const { call, log } = await startService(t, acceptingKeys(reader, writer));

t.test('a key has its own name and scopes', async (t) => {
  const { status, body } = await call('GET', '/me', { headers: bearer(reader.key) });
  t.equal(status, 200);
  t.same(body, { id: 'reader', scopes: ['songs:read'], via: 'key' });
  t.match(log.at(-1), { caller: 'key:reader' });
  t.match((await call('GET', '/me', { headers: bearer(writer.key) })).body, { id: 'writer' });
});

t.test('a key that is not configured, or is mistyped, is refused', async (t) => {
  const [first = '', ...rest] = reader.key.slice('setlist_'.length);
  for (const [name, key, refused] of [
    ['another key', generateApiKey(), 'unknown or revoked key'],
    ['another character', `setlist_${first === 'a' ? 'b' : 'a'}${rest.join('')}`, 'wrong checksum of a key'],
    ['swapped characters', `setlist_${rest.join('')}${first}`, 'wrong checksum of a key'],
    ['a key without its end', reader.key.slice(0, -1), 'malformed key'],
    ['a key with another character at the end', `${reader.key}0`, 'malformed key'],
    ['only the prefix', 'setlist_', 'malformed key'],
    ['another prefix', reader.key.replace('setlist_', 'setlist-'), 'malformed key'],
    ['the hash of the key', reader.entry.split(':')[1] ?? '', 'malformed key'],
    ['a token', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.AAAA', 'malformed key'],
  ] as const) {
    const { status, headers } = await call('GET', '/songs', { headers: bearer(`${key}`) });
    t.equal(status, 401, name);
    t.equal(headers['www-authenticate'], 'Bearer realm="setlist", error="invalid_token"');
    t.match(log.at(-1), { refused });
  }
  t.notMatch(JSON.stringify(log), new RegExp(reader.key.slice(8, 40)), 'the log contains no key');
});

t.test('keys are random', async (t) => {
  const keys = Array.from({ length: 1_000 }, generateApiKey);
  t.equal(new Set(keys).size, 1_000);
  t.ok(keys.every((key) => /^setlist_[0-9A-Za-z]{49}$/.test(key)));
});

t.test('npm run key prints a key and its entry', async (t) => {
  const script = 'dist/scripts/key.js';
  const printed = execFileSync(process.execPath, [script, 'ci', 'songs:read', 'songs:write'], {
    encoding: 'utf8',
  });
  const key = /setlist_\w+/.exec(printed)?.[0] ?? '';
  const entry = /ci:[0-9a-f]{64}:songs:read,songs:write/.exec(printed)?.[0] ?? '';
  const service = await startService(t, { AUTH: 'on', API_KEYS: entry });
  t.same((await service.call('GET', '/me', { headers: bearer(key) })).body.scopes, [
    'songs:read',
    'songs:write',
  ]);
  for (const args of [[], ['--help'], ['a b'], ['ci', 'songs read']]) {
    const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
    t.equal(status, 2);
    t.match(stderr, /Usage|A name has/);
  }
});
