import * as Plot from '@observablehq/plot';
import type { PeerSummary } from '../model/peers.ts';

/** The style of a peer's marks: colour and shape are redundant, so that either is enough. */
export interface Look {
  colour: string;
  symbol: 'circle' | 'diamond2';
}

/** The styles of Setlist, batched and unbatched peers. */
export function lookOf({ isSetlist, lane }: Pick<PeerSummary, 'isSetlist' | 'lane'>): Look {
  const symbol = lane === 'batched' ? 'diamond2' : 'circle';
  if (isSetlist) return { colour: 'var(--setlist)', symbol };
  return { colour: lane === 'batched' ? 'var(--batched)' : 'var(--plain)', symbol };
}

/** The common options of all plots. */
export const style = {
  background: 'none',
  color: 'inherit',
  fontFamily: 'inherit',
  fontSize: '12px',
  overflow: 'visible',
} as const;

const GAP = 10;

/** A row with a name on the left. */
interface Row {
  name: string;
  title: string;
  isSetlist?: boolean;
}

/** The scale of a plot with one row per peer, the width for the names, and their marks. */
export function rowNames(rows: readonly Row[], width: number) {
  const longest = Math.max(0, ...rows.map(({ title, isSetlist }) => widthOf(title, isSetlist)));
  const marginLeft = Math.ceil(Math.min(longest + GAP, width * 0.45, 220));
  const text = ({ title, isSetlist }: Row) => shorten(title, marginLeft - GAP, isSetlist);
  const names = (isSetlist: boolean, fill: string, fontWeight: number) =>
    Plot.text(
      rows.filter((row) => (row.isSetlist ?? false) === isSetlist),
      { y: 'name', text, title: 'title', frameAnchor: 'left', textAnchor: 'end', dx: -8, fill, fontWeight },
    );
  return {
    marginLeft,
    y: { axis: null, domain: rows.map(({ name }) => name), padding: 0.3 },
    marks: [names(true, 'var(--setlist)', 700), names(false, 'currentColor', 400)],
  };
}

/** The text, truncated with an ellipsis if it does not fit. */
function shorten(text: string, width: number, isBold: boolean | undefined): string {
  if (widthOf(text, isBold) <= width) return text;
  const kept = [...text].slice(0, Math.ceil(width / 3));
  while (kept.length > 1 && widthOf(`${kept.join('')}…`, isBold) > width) kept.pop();
  return `${kept.join('').trimEnd()}…`;
}

const canvas = document.createElement('canvas').getContext('2d');

/** In pixels, in the font of the plots. */
function widthOf(text: string, isBold = false): number {
  if (!canvas) return text.length * 7;
  canvas.font = `${isBold ? 700 : 400} ${style.fontSize} ${getComputedStyle(document.body).fontFamily}`;
  return canvas.measureText(text).width;
}

/** A column of figures on the right. */
export function rowFigures<Some extends Row>(
  rows: readonly Some[],
  text: (row: Some) => string,
): Plot.Markish {
  return Plot.text(rows, {
    y: 'name',
    text,
    frameAnchor: 'right',
    textAnchor: 'start',
    dx: 8,
    fill: 'currentColor',
  });
}

/** Round numbers within the bounds: 1, 2 and 5 of each decade, or fewer if there are many or little space. */
export function logTicks(low: number, high: number, most: number): number[] {
  const decades = Array.from({ length: 14 }, (_, index) => index - 5);
  const within = (steps: readonly number[]) =>
    decades
      .flatMap((decade) => steps.map((step) => Number((step * 10 ** decade).toPrecision(1))))
      .filter((tick) => tick >= low && tick <= high);
  const choices = [[1, 2, 5], [1, 3], [1]].map(within);
  return choices.find(({ length }) => length <= most) ?? choices.at(-1) ?? [];
}

/**
 * Ticks with labels: the logarithmic axes of D3 omit labels unpredictably.
 *
 * @param ticks The direction of the ticks: the lines of the grid cross it.
 */
export function axis(direction: 'across' | 'up', ticks: readonly number[], text: (tick: number) => string) {
  const at = (tick: number) => tick;
  return direction === 'across'
    ? [Plot.gridX(ticks), Plot.text(ticks, { x: at, text, frameAnchor: 'bottom', dy: 16 })]
    : [Plot.gridY(ticks), Plot.text(ticks, { y: at, text, frameAnchor: 'left', textAnchor: 'end', dx: -8 })];
}
