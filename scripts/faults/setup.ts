import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { type Agent, request } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import { type ServerProcess, setlist, startServer } from '../server-process.ts';
import type { ThrowawayPostgres } from '../throwaway-postgres.mjs';
import type { Ledger, StoredTask } from './ledger.ts';
import type { Report } from './report.ts';

/** What the drills of a run share. */
export interface Setup {
  readonly folder: string;
  readonly postgres: ThrowawayPostgres;
  readonly report: Report;
  /** All services that were started, so that none is left after an error. */
  readonly services: ServerProcess[];
  /** The number of a setting of the command line. */
  number(
    name:
      | 'kills'
      | 'terminations'
      | 'crashes'
      | 'hangs'
      | 'keys'
      | 'repeats'
      | 'holes'
      | 'fills'
      | 'minutes'
      | 'rate',
  ): number;
}

/**
 * Starts the built service without a limit of tasks and without webhooks.
 *
 * @param environment Its settings; by default its database is the shared server.
 */
export async function startService(
  { folder, postgres, services }: Setup,
  environment: Readonly<Record<string, string>> = { DATABASE_URL: postgres.url },
): Promise<ServerProcess> {
  const service = await startServer(
    setlist,
    { MAX_TASKS: '0', WEBHOOKS: 'off', ...environment },
    mkdtempSync(join(folder, 'server-')),
    new AbortController().signal,
  );
  services.push(service);
  return service;
}

/** Sends a request, and measures the time until its body was read. The status is undefined if it was broken. */
export async function timed(
  base: string,
  path: string,
  init?: RequestInit,
): Promise<{ status: number | undefined; duration: number }> {
  const start = performance.now();
  const response = await fetch(base + path, init).catch(() => undefined);
  const text = await response?.text().catch(() => undefined);
  const status = text === undefined ? undefined : response?.status;
  return { status, duration: performance.now() - start };
}

/** A request and its response. */
export interface Exchange {
  sentAt: number;
  /** The time until the body was read, or the connection broke, in milliseconds. */
  duration: number;
  /** Undefined without a whole response. */
  status: number | undefined;
}

/** Sends a GET, or a POST with JSON, on a connection of the agent: cheaper than {@link timed}, for thousands of clients. */
export async function exchange(base: string, agent: Agent, path: string, json?: object): Promise<Exchange> {
  const sentAt = performance.now();
  const isRead = json === undefined;
  let status: number | undefined;
  try {
    const sent = request(base + path, {
      method: isRead ? 'GET' : 'POST',
      headers: isRead ? {} : { 'content-type': 'application/json' },
      agent,
    });
    const responded = once(sent, 'response');
    sent.end(isRead ? undefined : JSON.stringify(json));
    const [response] = await responded;
    response.resume();
    await once(response, 'end');
    status = response.statusCode;
  } catch {
    // There is no response.
  }
  return { sentAt, duration: performance.now() - sentAt, status };
}

/** Stops the service; its exit code must be 0. */
export async function stopService({ report }: Setup, drill: string, service: ServerProcess): Promise<void> {
  await service.stop();
  const code = await service.exited;
  report.measured(drill, 'exit code after SIGTERM', code, code === 0);
}

/** Runs a statement on a connection of its own, which no fault ends. */
export async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'faults' });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** All tasks in the database of a server. */
export const tasksIn = (url: string): Promise<StoredTask[]> =>
  query<StoredTask>(url, 'SELECT id, title FROM tasks');

/** Compares the acknowledged writes with all tasks of the database; nothing may be lost or exist twice. */
export function compare(
  { report }: Setup,
  drill: string,
  ledger: Ledger,
  tasks: readonly StoredTask[],
): void {
  const { lost, twice } = ledger.compare(tasks);
  report.measured(
    drill,
    'acknowledged, lost, twice',
    `${ledger.acknowledged}, ${lost}, ${twice}`,
    ledger.acknowledged > 0 && lost + twice === 0,
  );
  report.measured(drill, 'statuses of writes', ledger.statuses, ledger.isExpected);
}

/** The resident memory of a process in MiB. */
export const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** Measures the memory of a process until the returned function is called, which returns the most in MiB. */
export function watchMemory(pid: number): () => number {
  let most = memoryOf(pid);
  const timer = setInterval(() => {
    // The process may have ended.
    if (existsSync(`/proc/${pid}`)) most = Math.max(most, memoryOf(pid));
  }, 200);
  timer.unref();
  return () => {
    clearInterval(timer);
    return most;
  };
}

/** The number of open files and sockets of a process. */
export const filesOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;
