import * as Plot from '@observablehq/plot';
import { number } from '../format.ts';
import { SETLIST, SETLIST_PLAIN } from '../model/conditions.ts';
import type { ReportModel } from '../model/report-model.ts';
import { axis, logTicks, lookOf, style } from './looks.ts';

/** A line of a small multiple, with linear or logarithmic values. */
interface Line {
  peer: string;
  lane: ReportModel['peers'][number]['lane'];
  points: { x: number; y: number }[];
}

/** The positions of ticks, and their labels. */
interface Axis {
  ticks: number[];
  text(tick: number): string;
}

/** One request in the given number. */
const PERCENTILES = [2, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
const SOME_PERCENTILES = [10, 1_000, 100_000];

/** One peer's latency by percentile, with all others in grey. */
export function drawCurve(
  { latencies }: ReportModel,
  { comparison, peer }: DOMStringMap,
  width: number,
): Element {
  const peers = latencies[Number(comparison)]?.peers ?? [];
  const lines = peers.flatMap(({ peer, lane, curve }) =>
    curve
      ? [{ peer, lane, points: curve.map(({ oneIn, milliseconds }) => ({ x: oneIn, y: milliseconds })) }]
      : [],
  );
  const most = Math.max(10, ...lines.flatMap(({ points }) => points.map(({ x }) => x)));
  const hasRoom = (width - 58) / Math.log10(most) > 36;
  const ticks = (hasRoom ? PERCENTILES : SOME_PERCENTILES).filter((tick) => tick <= most);
  return drawMultiple(lines, peer, width, { x: { ticks, text: percentile }, hasDots: false });
}

/** One peer's requests per second over connections, with all others in grey. */
export function drawScaling({ scaling }: ReportModel, { peer }: DOMStringMap, width: number): Element {
  const select = document.getElementById('scaling-scenario');
  const chosen = select instanceof HTMLSelectElement ? select.value : undefined;
  const { peers = [] } = scaling.find(({ scenario }) => scenario === chosen) ?? scaling[0] ?? {};
  const lines = peers.map(({ peer, lane, points }) => ({
    peer,
    lane,
    points: points.map(({ connections, requestsPerSecond }) => ({ x: connections, y: requestsPerSecond })),
  }));
  const ticks = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  return drawMultiple(lines, peer, width, { x: { ticks, text: (tick) => number(tick) }, hasDots: true });
}

function drawMultiple(
  lines: readonly Line[],
  peer: string | undefined,
  width: number,
  { x, hasDots }: { x: Axis; hasDots: boolean },
): Element {
  // A logarithmic scale has no zero.
  const all = lines
    .flatMap(({ points, ...line }) => points.map((point) => ({ ...line, ...point })))
    .filter(({ x, y }) => x > 0 && y > 0);
  const own = all.filter((point) => point.peer === peer);
  const lane = own[0]?.lane ?? 'one query a request';
  const { colour, symbol } = lookOf({ isSetlist: peer === SETLIST || peer === SETLIST_PLAIN, lane });
  const values = all.map(({ y }) => y);
  const yTicks = logTicks(Math.min(...values), Math.max(...values), 5);
  return Plot.plot({
    width,
    height: 165,
    marginLeft: 44,
    marginRight: 14,
    marginTop: 8,
    marginBottom: 26,
    style,
    x: { type: 'log', axis: null },
    y: { type: 'log', axis: null },
    marks: [
      ...axis('across', x.ticks, x.text),
      ...axis('up', yTicks, short),
      Plot.line(all, { x: 'x', y: 'y', z: 'peer', stroke: 'var(--ghost)', strokeWidth: 1 }),
      Plot.line(own, { x: 'x', y: 'y', stroke: colour, strokeWidth: 2.5 }),
      ...(hasDots ? [Plot.dot(own, { x: 'x', y: 'y', fill: colour, symbol, r: 3.5 })] : []),
    ],
  });
}

/** `0.5`, `20`, `10k`. */
function short(value: number): string {
  return value >= 1000 ? `${number(value / 1000)}k` : String(value);
}

/** The percentile that one in the given number of requests exceeds: `99` for one in 100. */
function percentile(oneIn: number): string {
  return String(Number((100 * (1 - 1 / oneIn)).toPrecision(8)));
}
