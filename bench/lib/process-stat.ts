/** Fields of `/proc/PID/stat`; times are in clock ticks. */
export interface ProcessStat {
  parent: number;
  /** In user and kernel mode, for all threads. */
  ticks: number;
  /** The same for children that exited and were waited for. */
  childTicks: number;
}

/**
 * Parses `/proc/PID/stat`. The second field is the name of the process in parentheses; it may contain spaces and
 * parentheses.
 *
 * @throws {Error} if the line is invalid.
 */
export function parseProcessStat(line: string): ProcessStat {
  const fields = line
    .slice(line.lastIndexOf(')') + 1)
    .trim()
    .split(/\s+/);
  // The numbers are those of proc(5), from 1; the array begins with the third field.
  const field = (number: number) => {
    const value = Number(fields[number - 3]);
    if (!Number.isInteger(value)) throw new Error(`Not the stat of a process: ${line}`);
    return value;
  };
  return { parent: field(4), ticks: field(14) + field(15), childTicks: field(16) + field(17) };
}

/**
 * Adds up the time of a process and all its descendants, including exited ones.
 *
 * @param stats Of all processes, by process id.
 * @returns Clock ticks.
 */
export function ticksOfTree(root: number, stats: ReadonlyMap<number, ProcessStat>): number {
  return processTree(root, stats).reduce((sum, pid) => {
    const { ticks = 0, childTicks = 0 } = stats.get(pid) ?? {};
    return sum + ticks + childTicks;
  }, 0);
}

/** The process, if it exists, and all its descendants. */
export function processTree(root: number, stats: ReadonlyMap<number, ProcessStat>): number[] {
  if (!stats.has(root)) return [];
  const children = [...stats].filter(([, { parent }]) => parent === root);
  return [root, ...children.flatMap(([pid]) => processTree(pid, stats))];
}
