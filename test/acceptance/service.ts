// The black-box tier speaks HTTP to the built service and knows nothing else of it. With ACCEPTANCE_URL it talks to
// one that runs already, such as a container's; otherwise it starts one.
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
