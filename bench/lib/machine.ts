import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** The script of a bare `node:http` server that sends static JSON: the upper limit of this machine. */
export const staticServer = join(import.meta.dirname, 'static-server.js');

/** The environment of the measurements. */
export interface Machine {
  processor: string;
  /** The number of hardware threads. */
  cores: number;
  /** In bytes. */
  memory: number;
  system: string;
  node: string;
  /** Undefined if no scenario needed a server. */
  postgres: string | undefined;
  loadGenerator: string;
}

export function describeMachine(postgres: string | undefined, loadGenerator: string): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
    postgres,
    loadGenerator,
  };
}

export function machineReport({ processor, cores, node, postgres, loadGenerator }: Machine): string {
  const database = postgres === undefined ? '' : `, PostgreSQL ${postgres}`;
  return `${processor}, ${cores} cores; Node ${node}${database}; load from ${loadGenerator}, on the same machine`;
}
