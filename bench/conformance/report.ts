import { table } from '../lib/table.ts';
import type { Conformance } from './run.ts';

/** The result of one peer. */
export interface PeerConformance extends Conformance {
  name: string;
  /** The time to install and build it, in milliseconds. */
  prepareTime: number;
  /** The time until its first successful response, in milliseconds. */
  startUp: number;
}

/** One paragraph per failed check. */
export function failureReport({ name, failures }: Pick<PeerConformance, 'name' | 'failures'>): string {
  return failures
    .map(({ check, what, expected, got }) => {
      const values = expected === '' && got === '' ? '' : `\n    expected  ${expected}\n    got       ${got}`;
      return `${name}: FAILED ${check}\n    ${what}${values}`;
    })
    .join('\n');
}

/** One line per failed check, for the end of a long output. */
export function failureLines(results: readonly Pick<PeerConformance, 'name' | 'failures'>[]): string[] {
  return results.flatMap(({ name, failures }) =>
    failures.map(({ check, what }) => `${name}: FAILED ${check}: ${what.split('\n', 1)}`),
  );
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);

/** One line per peer. */
export function summaryReport(peers: readonly PeerConformance[]): string {
  return table(
    ['peer', 'passed', 'failed', 'checks s', 'prepare s', 'start s'],
    peers.map(({ name, passed, failed, milliseconds, prepareTime, startUp }) => [
      name,
      String(passed),
      String(failed),
      seconds(milliseconds),
      seconds(prepareTime),
      seconds(startUp),
    ]),
  );
}
