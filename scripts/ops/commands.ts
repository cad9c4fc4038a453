import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../throwaway-postgres.mjs';

/** The maximum time until a program responds, and until it has exited, in milliseconds. */
const START_DEADLINE = 20_000;
const STOP_DEADLINE = 10_000;

/** A program that runs until it is stopped. */
export interface RunningProgram {
  base: string;
  stop(): Promise<void>;
}

/** Runs a command to its end, and returns its output if it fails. */
export async function failureOf(command: string, ...args: string[]): Promise<string | undefined> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const [code] = await once(child, 'close');
  return code === 0 ? undefined : output;
}

/**
 * Starts a program that serves HTTP, and waits until a path responds.
 *
 * @param ready The path that responds with 200 when it is ready.
 */
export async function startProgram(
  command: string,
  argsOf: (address: string) => string[],
  ready: string,
): Promise<RunningProgram> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(command, argsOf(address), { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const exited = once(child, 'close');
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE);
    await exited;
    clearTimeout(timer);
  };
  const base = `http://${address}`;
  const deadline = Date.now() + START_DEADLINE;
  while (child.exitCode === null && Date.now() < deadline) {
    const isReady = await fetch(base + ready).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return { base, stop };
    await delay(100);
  }
  await stop();
  throw new Error(`${command} does not start:\n${output}`);
}
