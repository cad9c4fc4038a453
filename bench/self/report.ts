import { groupBy } from '../lib/statistics.ts';
import { figure, table } from '../lib/table.ts';
import type { Measurement } from './measurement.ts';
import type { Ratio } from './ratios.ts';
import { titleOf } from './scenarios.ts';
import type { Summary } from './summary.ts';

/** One table per number of connections. */
export function figuresReport(summaries: readonly Summary[]): string {
  const groups = groupBy(summaries, ({ connections }) => connections);
  return [...groups]
    .map(([connections, group]) => {
      const rows = group.map((summary) => [
        titleOf(summary),
        figure(summary.requestsPerSecond, 0),
        figure(summary.p50Ms, 2),
        figure(summary.p99Ms, 2),
        figure(summary.serverMicros, 0),
        figure(summary.postgresMicros, 0),
        figure(summary.requestsPerBatch, 1),
      ]);
      const title = `${connections} ${connections === 1 ? 'connection' : 'connections'}, closed loop; medians over the rounds`;
      return `${title}\n${table(FIGURES, rows)}`;
    })
    .join('\n\n');
}

const FIGURES = ['', 'requests/s', 'p50 ms', 'p99 ms', 'server µs', 'PostgreSQL µs', 'requests/batch'];

/** The ratios, with their targets. */
export function ratiosReport(ratios: readonly Ratio[]): string {
  const rows = ratios.map((ratio) => [
    ratio.title,
    ratio.measure,
    String(ratio.connections),
    figure(ratio.median, 2),
    ratio.rounds.length < 2 ? '–' : `${figure(ratio.least, 2)} to ${figure(ratio.most, 2)}`,
    goalOf(ratio),
    ratio.verdict,
  ]);
  const headings = ['Ratio', 'of', 'connections', 'median', 'rounds', 'target', 'verdict'];
  return `Ratios between measurements of the same round\n${table(headings, rows)}`;
}

function goalOf({ atLeast, atMost }: Ratio): string {
  if (atLeast !== undefined) return `≥ ${atLeast}`;
  return atMost === undefined ? '–' : `≤ ${atMost}`;
}

/** The void measurements, with reasons; empty if there are none. */
export function problemsReport(measurements: readonly Measurement[]): string {
  const lines = measurements
    .filter(({ problems }) => problems.length > 0)
    .map((void_) => {
      const { round, connections, problems } = void_;
      return `VOID: ${titleOf(void_)}, round ${round}, ${connections} connections: ${problems.join(', ')}`;
    });
  return lines.join('\n');
}
