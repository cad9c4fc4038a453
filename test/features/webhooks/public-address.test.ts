import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import t from 'tap';
import { hostOf, isPublic, publicLookup } from '../../../src/features/webhooks/public-address.ts';

const PRIVATE = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.255.254'],
  ...[
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
  ],
  ...[
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
  ],
  ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::7f00:1', '100::1'],
  ...['fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '2001::1', '2001:db8::1'],
  ...['2002:7f00:1::1', '3fff::1', 'example.com', ''],
];

t.test('addresses that are not globally reachable are not public', async (t) => {
  for (const address of PRIVATE) t.equal(isPublic(address), false, address);
  for (const address of [
    '8.8.8.8',
    '1.1.1.1',
    '100.63.0.1',
    '172.32.0.1',
    '193.0.0.1',
    '2606:4700::1111',
    '2a00:1450::1',
  ])
    t.equal(isPublic(address), true, address);
});

t.test('other spellings of an address are the same host', async (t) => {
  for (const url of ['https://127.1/', 'https://2130706433/', 'https://0x7f.0.0.1/', 'https://0177.0.0.1/'])
    t.equal(hostOf(new URL(url)), '127.0.0.1', url);
  t.equal(isPublic(hostOf(new URL('https://[::ffff:7f00:1]/'))), false);
});

/** A resolver with one answer. */
const answering =
  (...addresses: string[]): LookupFunction =>
  (_hostname, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

t.test('a name is refused if one of its addresses is not public', async (t) => {
  const resolve = (lookup: LookupFunction, options: object) =>
    promisify<string, object, unknown>(publicLookup(lookup) as never)('receiver.example', options);
  const both = answering('8.8.8.8', '2606:4700::1111');
  t.same(await resolve(both, { all: true }), [
    { address: '8.8.8.8', family: 4 },
    { address: '2606:4700::1111', family: 6 },
  ]);
  t.equal(await resolve(both, {}), '8.8.8.8');
  t.equal(await resolve((_hostname, _options, callback) => callback(null, '8.8.8.8', 4), {}), '8.8.8.8');
  await t.rejects(resolve(answering('8.8.8.8', '10.0.0.1'), { all: true }), { name: 'NotPublic' });
  await t.rejects(resolve(answering(), { all: true }), { name: 'NotPublic' });
  const failing: LookupFunction = (_hostname, _options, callback) =>
    callback(Object.assign(new Error('No such name'), { code: 'ENOTFOUND' }), []);
  await t.rejects(resolve(failing, {}), { code: 'ENOTFOUND' });
  await t.rejects(promisify<string, object, unknown>(publicLookup() as never)('localhost', {}), {
    name: 'NotPublic',
  });
});
