import { table } from '../lib/table.ts';
import type { Conformance } from './run.ts';

/** What became of one peer. */
export interface PeerConformance extends Conformance {
  name: string;
  /** How long it took to install and build it, in milliseconds. */
  prepareTime: number;
  /** Until its first good answer, in milliseconds. */
  startUp: number;
}

/** One paragraph for each check that failed. */
export function failureReport({ name, failures }: Pick<PeerConformance, 'name' | 'failures'>): string {
  return failures
    .map(({ check, what, expected, got }) => {
      const values = expected === '' && got === '' ? '' : `\n    expected  ${expected}\n    got       ${got}`;
      return `${name}: FAILED ${check}\n    ${what}${values}`;
    })
    .join('\n');
}

/** One line for each check that failed, for the end of a long output. */
export function failureLines(results: readonly Pick<PeerConformance, 'name' | 'failures'>[]): string[] {
  return results.flatMap(({ name, failures }) =>
    failures.map(({ check, what }) => `${name}: FAILED ${check}: ${what.split('\n', 1)}`),
  );
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);

/** One line for each peer. */
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
