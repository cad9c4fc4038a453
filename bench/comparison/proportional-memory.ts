import { readFileSync } from 'node:fs';
import { processTree } from '../lib/process-stat.ts';
import { readStats } from '../lib/processor-time.ts';

/**
 * Reads `Pss:` in `/proc/PID/smaps_rollup`: pages that several processes share are split between them, so that the
 * sum over processes counts each page once.
 *
 * @returns Bytes.
 * @throws {Error} when it is not there.
 */
export function parsePss(rollup: string): number {
  const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1];
  if (kibibytes === undefined) throw new Error(`Not the smaps_rollup of a process: ${rollup}`);
  return Number(kibibytes) * 1024;
}

/** The proportional set size of a process and all that descend from it, in bytes. */
export function pssOfTree(pid: number): number {
  return processTree(pid, readStats()).reduce((sum, each) => sum + (readPss(each) ?? 0), 0);
}

/** Undefined when the process is gone. */
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
