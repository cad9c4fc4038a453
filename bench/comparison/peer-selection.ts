import { UsageError } from '../lib/command.ts';
import type { Peer } from '../lib/peer-manifest.ts';
import type { Entrant } from './plan.ts';

/** The base of all ratios; the control is another start of it. */
export const BASE = 'setlist';

/**
 * The selected peers, and always Setlist, the base of all ratios.
 *
 * @param only Their names; undefined means all.
 * @throws {UsageError} if a name is unknown.
 */
export function selectPeers(peers: readonly Peer[], only: readonly string[] | undefined): Peer[] {
  const names = peers.map(({ name }) => name);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--only must be one of ${names.join(', ')}, not "${unknown}".`);
  }
  return peers.filter(({ name }) => name === BASE || (only?.includes(name) ?? true));
}

/** Each peer once, and Setlist again as the control. */
export function entrantsOf(peers: readonly string[]): Entrant[] {
  return [...peers.map((peer) => ({ peer, role: 'peer' }) as const), { peer: BASE, role: 'control' }];
}
