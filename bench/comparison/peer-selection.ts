import { UsageError } from '../lib/command.ts';
import type { Peer } from '../lib/peer-manifest.ts';
import type { Entrant } from './plan.ts';

/** What all others are divided by, and what the control is another start of. */
export const BASE = 'setlist';

/**
 * The peers that were asked for, and Setlist in any case: all ratios are to it.
 *
 * @param only Their names; undefined means all.
 * @throws {UsageError} when there is no peer with such a name.
 */
export function selectPeers(peers: readonly Peer[], only: readonly string[] | undefined): Peer[] {
  const names = peers.map(({ name }) => name);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--only takes ${names.join(', ')}, not "${unknown}".`);
  }
  return peers.filter(({ name }) => name === BASE || (only?.includes(name) ?? true));
}

/** Each peer once, and Setlist once more, as the control. */
export function entrantsOf(peers: readonly string[]): Entrant[] {
  return [...peers.map((peer) => ({ peer, role: 'peer' }) as const), { peer: BASE, role: 'control' }];
}
