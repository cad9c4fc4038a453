// The acceptance tests only use HTTP and import nothing from the service. They test the running service at ACCEPTANCE_URL,
// for example in a container; without it, they start the built service.
import type { Test } from 'tap';
import { type Client, remote } from '../support/client.ts';
import { testDatabase } from '../support/database.ts';
import { startProcess } from '../support/process.ts';

export interface RunningService {
  base: string;
  call: Client;
}

export async function runningService(t: Test): Promise<RunningService> {
  const base = process.env.ACCEPTANCE_URL;
  return base === undefined ? startProcess(t, await testDatabase(t)) : { base, call: remote(base) };
}
