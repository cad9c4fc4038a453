import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { type ProcessStat, parseProcessStat, ticksOfTree } from './process-stat.ts';

const MICROSECONDS_PER_SECOND = 1_000_000;

let ticksPerSecond: number | undefined;

/** @param ticks Clock ticks, as the kernel counts processor time. */
function microseconds(ticks: number): number {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return (ticks / ticksPerSecond) * MICROSECONDS_PER_SECOND;
}

/** The processor time of a process with all its threads so far, in microseconds. */
export function processTime(pid: number): number {
  return microseconds(readStat(pid)?.ticks ?? 0);
}

/**
 * The processor time of a process and all its descendants so far, in microseconds. The time of a child that exits during
 * the read moves to its parent: everything is then read again, so that it counts once.
 */
export function processTreeTime(pid: number): number {
  for (let tries = 0; ; tries++) {
    const before = readStat(pid)?.childTicks;
    const stats = readStats();
    if (readStat(pid)?.childTicks === before || tries === 5) return microseconds(ticksOfTree(pid, stats));
  }
}

/** The times of all processes of the machine, by process id. */
export function readStats(): Map<number, ProcessStat> {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return new Map(
    pids.flatMap((pid) => {
      const stat = readStat(pid);
      return stat ? [[pid, stat]] : [];
    }),
  );
}

/** Undefined if the process does not exist. */
function readStat(pid: number): ProcessStat | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
