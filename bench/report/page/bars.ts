import * as Plot from '@observablehq/plot';
import { mebibytes, number } from '../format.ts';
import type { PeerSummary, ScenarioSummary } from '../model/peers.ts';
import type { ReportModel } from '../model/report-model.ts';
import { rowNames, style } from './looks.ts';

/** A bar of one or more parts, with a label at its end. */
interface Bar {
  name: string;
  title: string;
  isSetlist: boolean;
  parts: { value: number; fill: string; stroke?: string }[];
  text: string;
}

/** Stacked processor time of server and PostgreSQL, in ascending order. */
export function drawCpu({ peers }: ReportModel, { scenario }: DOMStringMap, width: number): Element {
  return drawBars(
    barsOf(peers, scenario, ({ cpu }) => ({
      parts: [
        { value: cpu.server, fill: 'var(--server)' },
        { value: cpu.postgres, fill: 'var(--postgres)' },
      ],
      text: number(cpu.total),
    })),
    width,
  );
}

/** Memory in the scenario of the headline, in MiB, in ascending order. */
export function drawMemory({ peers, conditions }: ReportModel, _: DOMStringMap, width: number): Element {
  return drawBars(
    barsOf(peers, conditions?.scenario, ({ memory }) => ({
      parts: [{ value: memory / 2 ** 20, fill: 'var(--server)' }],
      text: mebibytes(memory),
    })),
    width,
  );
}

/** Lines of code; Setlist's bar is hollow, because it includes more than the benchmark requires. */
export function drawCode({ peers }: ReportModel, _: DOMStringMap, width: number): Element {
  return drawBars(
    peers.map(({ name, title, isSetlist, linesOfCode: value }) => {
      const fill = isSetlist ? 'var(--page)' : 'var(--server)';
      return {
        name,
        title,
        isSetlist,
        text: number(value),
        parts: [{ value, fill, stroke: 'var(--server)' }],
      };
    }),
    width,
  );
}

function barsOf(
  peers: readonly PeerSummary[],
  scenario: string | undefined,
  barOf: (summary: ScenarioSummary) => Pick<Bar, 'parts' | 'text'>,
): Bar[] {
  return peers.flatMap(({ name, title, isSetlist, scenarios }) => {
    const summary = scenarios.find((summary) => summary.scenario === scenario);
    return summary ? [{ name, title, isSetlist, ...barOf(summary) }] : [];
  });
}

function drawBars(bars: readonly Bar[], width: number): Element {
  const rows = bars
    .map((bar) => ({ ...bar, total: bar.parts.reduce((sum, { value }) => sum + value, 0) }))
    .sort((a, b) => a.total - b.total);
  const { marginLeft, y, marks } = rowNames(rows, width);
  const parts = rows.flatMap(({ name, parts }) => parts.map((part) => ({ stroke: 'none', name, ...part })));
  return Plot.plot({
    width,
    height: rows.length * 22 + 36,
    marginLeft,
    marginRight: 52,
    marginTop: 4,
    marginBottom: 28,
    style,
    x: {
      grid: true,
      ticks: 3,
      tickSize: 0,
      label: null,
      domain: [0, Math.max(1e-9, ...rows.map(({ total }) => total))],
    },
    y,
    color: { type: 'identity' },
    marks: [
      Plot.barX(parts, Plot.stackX({ y: 'name', x: 'value', fill: 'fill', stroke: 'stroke' })),
      Plot.text(rows, {
        y: 'name',
        x: 'total',
        text: 'text',
        textAnchor: 'start',
        dx: 5,
        fill: 'currentColor',
      }),
      Plot.ruleX([0]),
      ...marks,
    ],
  });
}
