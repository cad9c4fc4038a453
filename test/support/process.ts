// Runs the built service as a child process.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import { type Client, remote } from './client.ts';
import { checkLog } from './credentials.ts';
import { commonEnvironment } from './database.ts';

const SERVER = 'dist/src/server.js';

export interface ServiceProcess {
  base: string;
  call: Client;
  process: ChildProcess;
  /** Its output on stdout and stderr. */
  output(): string;
  /** Sends a signal, and returns the exit code; null if the signal killed it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts the service, and waits until it listens; kills it after the test if necessary. */
export async function startProcess(t: Test, environment: Record<string, string>): Promise<ServiceProcess> {
  const child = launch(t, { PORT: '0', ...environment });
  while (true) {
    const address = /Setlist listens on (http:\/\/[^"\s]+)/.exec(child.output())?.[1];
    if (address) return { base: address, call: remote(address), ...child };
    if (child.process.exitCode !== null) throw new Error(`The service ended:\n${child.output()}`);
    await delay(20);
  }
}

/** Starts the service, waits until it exits, and returns its output and exit code. */
export async function failToStart(
  t: Test,
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = launch(t, environment);
  if (child.process.exitCode === null) await once(child.process, 'close');
  return { code: child.process.exitCode, output: child.output() };
}

/** Starts the service without waiting; kills it after the test if necessary. */
export function launch(t: Test, environment: Record<string, string>): Omit<ServiceProcess, 'base' | 'call'> {
  if (!existsSync(SERVER)) throw new Error(`There is no ${SERVER}: run \`npm run build\` first`);
  const { PATH, NODE_V8_COVERAGE } = process.env;
  const child = spawn(process.execPath, [SERVER], {
    env: { PATH, ...(NODE_V8_COVERAGE && { NODE_V8_COVERAGE }), ...commonEnvironment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const closed = once(child, 'close');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await closed;
    checkLog(output);
  });
  return {
    process: child,
    output: () => output,
    end: async (signal) => {
      child.kill(signal);
      await closed;
      return child.exitCode;
    },
  };
}
