import { readFileSync } from 'node:fs';
import { processTree } from '../lib/process-stat.ts';
import { readStats } from '../lib/processor-time.ts';

/**
 * Parses `Pss:` in `/proc/PID/smaps_rollup`: shared pages are split between their processes, so that a sum over processes
 * counts each page once.
 *
 * @returns Bytes.
 * @throws {Error} if the line is missing.
 */
export function parsePss(rollup: string): number {
  const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1];
  if (kibibytes === undefined) throw new Error(`Not the smaps_rollup of a process: ${rollup}`);
  return Number(kibibytes) * 1024;
}

/** The proportional set size of a process and all its descendants, in bytes. */
export function pssOfTree(pid: number): number {
  return processTree(pid, readStats()).reduce((sum, each) => sum + (readPss(each) ?? 0), 0);
}

/** Undefined if the process does not exist. */
function readPss(pid: number): number | undefined {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return rollup === '' ? undefined : parsePss(rollup);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
