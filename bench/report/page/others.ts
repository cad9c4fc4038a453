import * as Plot from '@observablehq/plot';
import { milliseconds, number } from '../format.ts';
import { scenarioNamed } from '../model/conditions.ts';
import type { ReportModel } from '../model/report-model.ts';
import { axis, logTicks, lookOf, rowFigures, rowNames, style } from './looks.ts';

/** Start-up times: a small mark per start, a large one for the median. */
export function drawStartUp({ peers }: ReportModel, _: DOMStringMap, width: number): Element {
  const rows = peers.flatMap((peer) => {
    const { name, title, isSetlist, startUp } = peer;
    return startUp ? [{ ...lookOf(peer), ...startUp, name, title, isSetlist }] : [];
  });
  rows.sort((a, b) => a.median - b.median);
  const starts = rows.flatMap(({ name, colour, rounds }) => rounds.map((value) => ({ name, colour, value })));
  const { marginLeft, y, marks } = rowNames(rows, width);
  const values = starts.map(({ value }) => value);
  const domain = values.length === 0 ? [1, 10] : [Math.min(...values) * 0.8, Math.max(...values) * 1.1];
  const ticks = logTicks(domain[0] ?? 1, domain[1] ?? 10, (width - marginLeft) / 48);
  return Plot.plot({
    width,
    height: rows.length * 22 + 36,
    marginLeft,
    marginRight: 52,
    marginTop: 4,
    marginBottom: 28,
    style,
    x: { type: 'log', domain, axis: null },
    y,
    color: { type: 'identity' },
    symbol: { type: 'identity' },
    marks: [
      ...axis('across', ticks, (tick) => number(tick)),
      Plot.tickX(starts, { y: 'name', x: 'value', stroke: 'colour', insetTop: 2, insetBottom: 2 }),
      Plot.dot(rows, { y: 'name', x: 'median', r: 4.5, symbol: 'symbol', fill: 'colour' }),
      rowFigures(rows, ({ median }) => milliseconds(median)),
      ...marks,
    ],
  });
}

/** The A/A ratios, with the band of expected noise. */
export function drawNoise({ controls, noiseBound }: ReportModel, _: DOMStringMap, width: number): Element {
  const rows = controls.map(({ scenario, connections, requestsPerSecond: { median, interval } }) => {
    const title = `${scenarioNamed(scenario).title}, ${connections}`;
    return { name: title, title, median, low: interval?.low ?? median, high: interval?.high ?? median };
  });
  const { marginLeft, y, marks } = rowNames(rows, width);
  const extent = Math.max(noiseBound * 1.4, ...rows.flatMap(({ low, high }) => [1 - low, high - 1])) * 1.1;
  return Plot.plot({
    width,
    height: rows.length * 18 + 36,
    marginLeft,
    marginRight: 52,
    marginTop: 4,
    marginBottom: 28,
    style,
    x: { domain: [1 - extent, 1 + extent], ticks: 5, tickSize: 0, label: null },
    y,
    marks: [
      Plot.rect([0], { x1: 1 - noiseBound, x2: 1 + noiseBound, fill: 'var(--band)' }),
      Plot.ruleX([1], { stroke: 'currentColor', strokeWidth: 1.5 }),
      Plot.ruleY(rows, { y: 'name', x1: 'low', x2: 'high', stroke: 'var(--setlist)', strokeWidth: 2 }),
      Plot.dot(rows, { y: 'name', x: 'median', r: 4, fill: 'var(--setlist)', symbol: 'diamond2' }),
      rowFigures(rows, ({ median }) => number(median, 3)),
      ...marks,
    ],
  });
}
