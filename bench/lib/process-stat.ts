/** What is needed of `/proc/PID/stat`; the times in clock ticks. */
export interface ProcessStat {
  parent: number;
  /** In user and kernel mode, of all its threads. */
  ticks: number;
  /** The same of those children that have ended and were waited for. */
  childTicks: number;
}

/**
 * Reads the line in `/proc/PID/stat`. The second field is the name of the process in parentheses, and may itself
 * hold spaces and parentheses.
 *
 * @throws {Error} when it is not such a line.
 */
export function parseProcessStat(line: string): ProcessStat {
  const fields = line
    .slice(line.lastIndexOf(')') + 1)
    .trim()
    .split(/\s+/);
  // By their numbers in proc(5), which counts from 1; what is left here begins with the third.
  const field = (number: number) => {
    const value = Number(fields[number - 3]);
    if (!Number.isInteger(value)) throw new Error(`Not the stat of a process: ${line}`);
    return value;
  };
  return { parent: field(4), ticks: field(14) + field(15), childTicks: field(16) + field(17) };
}

/**
 * Adds up the time of a process and of all that descend from it, the ended ones included.
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

/** The process, where it is there, and all that descend from it. */
export function processTree(root: number, stats: ReadonlyMap<number, ProcessStat>): number[] {
  if (!stats.has(root)) return [];
  const children = [...stats].filter(([, { parent }]) => parent === root);
  return [root, ...children.flatMap(([pid]) => processTree(pid, stats))];
}
