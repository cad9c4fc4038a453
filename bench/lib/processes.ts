import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseProcessStat } from './process-stat.ts';

/**
 * The ids of a process and all its descendants. Without `/proc`, only the process: its group is also signalled, and
 * descendants belong to it unless they left it.
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
      // The process exited in the meantime.
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

/** Whether a process exists and is not a zombie. */
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
 * Stops the leader of a process group and all its descendants: sends SIGTERM, then kills the remaining ones.
 *
 * @param patience The time limit after SIGTERM, in milliseconds.
 * @returns Whether all exited in time.
 */
export async function endTree(root: number, patience: number): Promise<boolean> {
  const tree = processTree(root);
  signal(root, 'SIGTERM');
  const isGone = () => !tree.some(isAlive) && !signal(-root, 0);
  if (await becomesTrue(isGone, patience)) return true;
  // Includes processes that were started since then.
  for (const pid of new Set([...tree, ...processTree(root)])) signal(pid, 'SIGKILL');
  signal(-root, 'SIGKILL');
  await becomesTrue(isGone, 5_000);
  return false;
}

/** Returns whether the process existed. */
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
