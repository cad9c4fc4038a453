import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** A receiver that is not public. The message does not contain the address, which could tell about an internal network. */
export class NotPublic extends Error {
  override readonly name = 'NotPublic';
  override readonly message = 'Events are only sent to public addresses, by https';
}

/** The ranges of IPv4 that are not globally reachable (IANA, Special-Purpose Address Registry), and multicast. */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** The range of global unicast addresses: the others are loopback, local, multicast, mapped IPv4 and NAT64 addresses. */
const GLOBAL_V6 = '2000::/3';
/** The ranges in it that are not, or that contain an address of IPv4: IETF protocols with Teredo, documentation, 6to4. */
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const listOf = (family: 'ipv4' | 'ipv6', ranges: readonly string[]) => {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
};
const specialV4 = listOf('ipv4', SPECIAL_V4);
const specialV6 = listOf('ipv6', SPECIAL_V6);
const globalV6 = listOf('ipv6', [GLOBAL_V6]);

/** Whether an IP address is reachable from everywhere. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !specialV4.check(address, 'ipv4');
  // The zone of a local address is not part of it.
  return isIP(address) === 6 && globalV6.check(address, 'ipv6') && !specialV6.check(address, 'ipv6');
}

/** The part of a URL that is resolved: without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

/**
 * Wraps a resolver: it fails if one of the addresses of a host is not public. A connection uses the addresses that were checked, so that
 * a name cannot resolve to another address in between.
 */
export const publicLookup =
  (lookup: LookupFunction = systemLookup): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses: LookupAddress[] =
        typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      if (error) return callback(error, addresses);
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => isPublic(address)))
        return callback(new NotPublic(), []);
      if (options.all) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
