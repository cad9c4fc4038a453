import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseProcessStat } from './process-stat.ts';

/**
 * A process and all that descend from it, by their ids. Where there is no `/proc`, it is the process alone: the
 * group is signalled as well, which its descendants belong to unless they left it.
 */
export function processTree(root: number): number[] {
  const parents = readParents();
  const tree = [root];
  for (const pid of tree) {
    for (const [child, parent] of parents) if (parent === pid && !tree.includes(child)) tree.push(child);
  }
  return tree;
}

function readParents(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const entry of listProcesses()) {
    try {
      parents.set(Number(entry), parseProcessStat(readFileSync(`/proc/${entry}/stat`, 'utf8')).parent);
    } catch {
      // It has ended in between.
    }
  }
  return parents;
}

function listProcesses(): string[] {
  try {
    return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  } catch {
    return [];
  }
}

/** Whether a process is there and has not ended; a zombie has. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return !listProcesses().length;
  }
}

/**
 * Ends a process that leads its own group, with all that descend from it: asks it with SIGTERM, then kills what is
 * left.
 *
 * @param patience How long it has after SIGTERM, in milliseconds.
 * @returns whether it ended by itself, and nothing was left.
 */
export async function endTree(root: number, patience: number): Promise<boolean> {
  const tree = processTree(root);
  signal(root, 'SIGTERM');
  const isGone = () => !tree.some(isAlive) && !signal(-root, 0);
  if (await becomesTrue(isGone, patience)) return true;
  // What it started since then, too.
  for (const pid of new Set([...tree, ...processTree(root)])) signal(pid, 'SIGKILL');
  signal(-root, 'SIGKILL');
  await becomesTrue(isGone, 5_000);
  return false;
}

/** Tells whether there was a process to signal. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

async function becomesTrue(condition: () => boolean, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (performance.now() < deadline) {
    if (condition()) return true;
    await delay(20);
  }
  return condition();
}
