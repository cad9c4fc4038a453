import * as Plot from '@observablehq/plot';
import { factor, interval } from '../format.ts';
import { SETLIST } from '../model/conditions.ts';
import { type Base, bases, isAcrossLanes, summaryOf } from '../model/peers.ts';
import type { ReportModel } from '../model/report-model.ts';
import { axis, logTicks, lookOf, rowFigures, rowNames, style } from './looks.ts';

/** Dot and whisker for each peer, on a logarithmic scale with a line at 1. */
export function drawRatios(model: ReportModel, { scenario }: DOMStringMap, width: number): Element {
  const base = chosenBase();
  const rows = rowsOf(model, scenario, base);
  const { marginLeft, y, marks } = rowNames(rows, width);
  const bounds = [1, ...rows.flatMap(({ low, high }) => [low, high])];
  const domain = [Math.min(...bounds) * 0.85, Math.max(...bounds) * 1.2] as const;
  const ticks = logTicks(...domain, (width - marginLeft) / 42);
  return Plot.plot({
    width,
    height: rows.length * 24 + 54,
    marginLeft,
    marginRight: 60,
    marginTop: 8,
    marginBottom: 40,
    style,
    x: {
      type: 'log',
      domain,
      axis: null,
    },
    y,
    color: { type: 'identity' },
    symbol: { type: 'identity' },
    marks: [
      ...axis('across', ticks, String),
      Plot.text([base === SETLIST ? 'Setlist ÷ peer' : 'Setlist, one query a request ÷ peer'], {
        frameAnchor: 'bottom',
        dy: 34,
      }),
      Plot.ruleX([1], { stroke: 'currentColor', strokeWidth: 1.5 }),
      Plot.ruleY(rows, { y: 'name', x1: 'low', x2: 'high', stroke: 'colour', strokeWidth: 2 }),
      Plot.dot(rows, {
        y: 'name',
        x: ({ ratio }) => ratio.median,
        r: 4,
        symbol: 'symbol',
        stroke: 'colour',
        strokeWidth: 2,
        fill: ({ isClear, colour }) => (isClear ? colour : 'var(--page)'),
        title: ({ title, ratio }) => `Setlist ÷ ${title}: ${factor(ratio.median)} (${interval(ratio)})`,
      }),
      rowFigures(rows, ({ ratio, isAcross }) => `${factor(ratio.median)}${isAcross ? ' †' : ''}`),
      ...marks,
    ],
  });
}

function rowsOf({ peers }: ReportModel, scenario: string | undefined, base: Base) {
  const rows = peers.flatMap((peer) => {
    const name = peer.scenarios.find((summary) => summary.scenario === scenario)?.scenario;
    const ratio = name && summaryOf(peer, name)?.ratios[base];
    if (!name || !ratio) return [];
    const { low, high } = ratio.interval ?? { low: ratio.median, high: ratio.median };
    const isClear = ratio.comparison === 'less' || ratio.comparison === 'more';
    const isAcross = isAcrossLanes(peer, base, name);
    const { title, isSetlist } = peer;
    return [{ ...lookOf(peer), name: peer.name, title, isSetlist, ratio, low, high, isClear, isAcross }];
  });
  return rows.sort((a, b) => a.ratio.median - b.ratio.median);
}

function chosenBase(): Base {
  const chosen = document.querySelector<HTMLInputElement>('input[name="base"]:checked')?.value;
  return bases.find((base) => base === chosen) ?? bases[0];
}
