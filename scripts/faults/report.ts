/** Prints the measurements of all drills as rows of tables, and counts those that are not as required. */
export class Report {
  failed = 0;
  #columns = '';

  /** Prints a row, after a header if the columns differ from those of the row before. */
  row(columns: readonly string[], cells: readonly unknown[], isOk = true): void {
    const header = `| ${columns.join(' | ')} |`;
    if (header !== this.#columns) console.log(`\n${header}\n|${columns.map(() => '---|').join('')}`);
    this.#columns = header;
    if (!isOk) this.failed++;
    console.log(`| ${cells.join(' | ')} |${isOk ? '' : ' ✗ not as required'}`);
  }

  /** Prints a measurement of a drill. */
  measured(drill: string, name: string, value: unknown, isOk = true): void {
    this.row(['drill', 'measured', 'value'], [drill, name, value], isOk);
  }
}

/** How often each status occurred. */
export class Statuses {
  readonly #counts = new Map<number | 'no response', number>();

  add(status: number | undefined): void {
    const key = status ?? 'no response';
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  count(status: number | 'no response'): number {
    return this.#counts.get(status) ?? 0;
  }

  /** Whether no other than the given ones occurred. */
  areAmong(expected: Iterable<number | 'no response'>): boolean {
    const set = new Set(expected);
    return [...this.#counts.keys()].every((status) => set.has(status));
  }

  /** As in `29295 × 201, 5 × 503`. */
  toString(): string {
    const sorted = [...this.#counts].sort(([a], [b]) => String(a).localeCompare(String(b)));
    return sorted.map(([status, times]) => `${times} × ${status}`).join(', ') || 'none';
  }
}

/** The change of the values per unit of time, by linear regression. */
export function slope(points: readonly (readonly [time: number, value: number])[]): number {
  const mean = (index: 0 | 1) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [time, value] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - time) * (y - value), 0);
  return covariance / points.reduce((sum, [x]) => sum + (x - time) ** 2, 0);
}
