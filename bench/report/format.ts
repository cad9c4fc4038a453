import type { Estimate } from '../lib/statistics.ts';

const formats = new Map<number, Intl.NumberFormat>();

/** `12,345.6`: with thousands separators and the given number of decimals. */
export function number(value: number, decimals = 0): string {
  let format = formats.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat('en', {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    formats.set(decimals, format);
  }
  return format.format(value);
}

/** Three significant digits, for large and small values: `0.0033`, `12.4`, `1,230`. */
export function significant(value: number): string {
  if (value === 0) return '0';
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return number(value, Math.min(decimals, 8));
}

/** `0.45`, `12.3`: a ratio or one of its bounds. */
export function factor(value: number): string {
  return number(value, value < 0.1 ? 3 : value < 10 ? 2 : 1);
}

/** `0.44–0.46`; empty without an interval. */
export function interval({ interval }: Pick<Estimate, 'interval'>): string {
  return interval ? `${factor(interval.low)}–${factor(interval.high)}` : '';
}

/** `0.45 times (0.44–0.46)`. */
export function times(ratio: Estimate): string {
  const range = interval(ratio);
  return `${factor(ratio.median)} times${range && ` (${range})`}`;
}

/** `4.2 %`. */
export function percent(part: number, decimals = 1): string {
  return `${number(part * 100, decimals)} %`;
}

/** Milliseconds: `0.42`, `3.1`, `120`. */
export function milliseconds(value: number): string {
  return number(value, value < 1 ? 2 : value < 100 ? 1 : 0);
}

/** Bytes as `118 MiB`, without the unit. */
export function mebibytes(bytes: number): string {
  return number(bytes / 2 ** 20, bytes < 10 * 2 ** 20 ? 1 : 0);
}

/** Bytes as `31.3 GiB`, without the unit. */
export function gibibytes(bytes: number): string {
  return number(bytes / 2 ** 30, bytes % 2 ** 30 === 0 ? 0 : 1);
}
