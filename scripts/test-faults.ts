// Writes while the service or its database fails, on a temporary PostgreSQL server, and compares all acknowledged writes with the
// database afterwards:
//   npm run test:faults -- --kills 200 --terminations 1000 --crashes 50 --hangs 10 --soak 0
// kills: kill -9 of the service. terminations: the server ends a connection of the service. crashes: the server ends without a
// checkpoint and recovers. hangs: all processes of the server stop for two seconds. soak: minutes without a fault.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { type ServerProcess, setlist, startServer } from './server-process.ts';
import { startThrowawayPostgres } from './throwaway-postgres.mjs';

const DEFAULTS = { kills: '200', terminations: '1000', crashes: '50', hangs: '10', soak: '0' };
const options = Object.fromEntries(
  Object.entries(DEFAULTS).map(([name, value]) => [name, { type: 'string' as const, default: value }]),
);
const given: Record<string, string | boolean | undefined> = parseArgs({ options }).values;
const wanted = (name: keyof typeof DEFAULTS) => Number(given[name]);

const WRITERS = 16;
/** The pause before a fault, in milliseconds: a random part of it. */
const PAUSE = 400;
/** The duration of a hang, in milliseconds. */
const HANG = 2_000;
/** The statuses of a service whose database fails, and of a repeated delete. */
const EXPECTED = new Set([201, 204, 404, 503]);

/** The acknowledged writes of the clients. */
class Ledger {
  readonly created = new Map<number, string>();
  readonly deleted = new Set<number>();
  readonly statuses = new Map<number | 'no response', number>();
  #lastSuccess = performance.now();
  longestOutage = 0;

  /** Creates tasks, and deletes a fifth of them; repeats each request until it succeeds, with its key. */
  async write(isRunning: () => boolean): Promise<void> {
    for (let index = 0; isRunning(); index++) {
      const title = randomUUID();
      const headers = { 'content-type': 'application/json', 'idempotency-key': title };
      const created = await this.#repeat(`/tasks`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ title }),
      });
      const { id } = JSON.parse(created);
      this.created.set(id, title);
      if (index % 5 !== 4) continue;
      await this.#repeat(`/tasks/${id}`, { method: 'DELETE' });
      this.deleted.add(id);
    }
  }

  async #repeat(path: string, init: RequestInit): Promise<string> {
    while (true) {
      const response = await fetch(service.base + path, init).catch(() => undefined);
      const text = await response?.text().catch(() => undefined);
      const status = text === undefined || !response ? 'no response' : response.status;
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      if (text !== undefined && response && response.status < 500) {
        const now = performance.now();
        this.longestOutage = Math.max(this.longestOutage, now - this.#lastSuccess);
        this.#lastSuccess = now;
        return text;
      }
      await delay(20);
    }
  }

  /** The acknowledged tasks that are missing, the deleted ones that exist, and the titles that exist twice. */
  async compare(): Promise<{ lost: number; twice: number }> {
    const rows = await query<{ id: number; title: string }>('SELECT id, title FROM tasks');
    const titles = new Map(rows.map(({ id, title }) => [id, title]));
    const isWrong = ([id, title]: [number, string]) =>
      titles.get(id) !== (this.deleted.has(id) ? undefined : title);
    return {
      lost: [...this.created].filter(isWrong).length,
      twice: rows.length - new Set(titles.values()).size,
    };
  }
}

const folder = mkdtempSync(join(tmpdir(), 'setlist-faults-'));
const postgres = await startThrowawayPostgres();
let service: ServerProcess = await start();
let failed = 0;

try {
  console.log('| fault | number | acknowledged | lost | twice | statuses | longest outage |');
  console.log('|---|---|---|---|---|---|---|');
  await suffer('kill -9 of the service', wanted('kills'), async () => {
    process.kill(service.pid, 'SIGKILL');
    await service.stop();
    service = await start();
  });
  await suffer('a connection ended by the server', wanted('terminations'), terminateConnection, 40);
  await suffer('crash of the server', wanted('crashes'), () => postgres.crash());
  await suffer('the server hangs for 2 s', wanted('hangs'), hang);
  if (wanted('soak') > 0) await soak(wanted('soak'));
  await service.stop();
  const code = await service.exited;
  console.log(`\nExit code after SIGTERM: ${code}`);
  if (code !== 0) failed++;
} finally {
  await service.stop().catch(() => {});
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`# ${failed === 0 ? 'all acknowledged writes exist once' : `${failed} failures`}`);
process.exitCode = failed === 0 ? 0 : 1;

function start(): Promise<ServerProcess> {
  const environment = { DATABASE_URL: postgres.url, MAX_TASKS: '0', WEBHOOKS: 'off' };
  return startServer(
    setlist,
    environment,
    mkdtempSync(join(folder, 'server-')),
    new AbortController().signal,
  );
}

/** Causes a fault many times while clients write, and prints a line. */
async function suffer(
  name: string,
  count: number,
  cause: () => Promise<unknown>,
  pause = PAUSE,
): Promise<void> {
  if (count === 0) return;
  const ledger = new Ledger();
  let isRunning = true;
  const writers = Array.from({ length: WRITERS }, () => ledger.write(() => isRunning));
  for (let fault = 0; fault < count; fault++) {
    await delay(pause * (0.5 + Math.random() / 2));
    await cause();
  }
  await delay(1_000);
  isRunning = false;
  await Promise.all(writers);
  const { lost, twice } = await ledger.compare();
  const statuses = [...ledger.statuses].sort(([a], [b]) => String(a).localeCompare(String(b)));
  const isFine = statuses.every(([status]) => status === 'no response' || EXPECTED.has(status));
  if (lost > 0 || twice > 0 || !isFine) failed++;
  const acknowledged = ledger.created.size + ledger.deleted.size;
  const shown = statuses.map(([status, times]) => `${times} × ${status}`).join(', ');
  const outage = `${(ledger.longestOutage / 1000).toFixed(1)} s`;
  console.log(`| ${[name, count, acknowledged, lost, twice, shown, outage].join(' | ')} |`);
}

/** Without a client of its own: the connection of this process must not be the one that ends. */
async function query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: postgres.url, application_name: 'faults' });
  await client.connect();
  const { rows } = await client.query<Row>(text);
  await client.end();
  return rows;
}

function terminateConnection() {
  return query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'setlist' ORDER BY random() LIMIT 1`,
  );
}

async function hang(): Promise<void> {
  const processes = execFileSync('pgrep', ['-P', String(postgres.pid)], { encoding: 'utf8' }).split('\n');
  const pids = [postgres.pid, ...processes.filter(Boolean).map(Number)];
  const send = (signal: NodeJS.Signals) => {
    for (const pid of pids)
      try {
        process.kill(pid, signal);
      } catch {
        // The process has ended.
      }
  };
  send('SIGSTOP');
  await delay(HANG);
  send('SIGCONT');
}

/** Writes without a fault, and prints the memory and the open files of the service. */
async function soak(minutes: number): Promise<void> {
  const sizes: string[] = [];
  const measure = () => {
    const memory =
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))?.[1]) / 1024;
    sizes.push(`${Math.round(memory)} MiB, ${readdirSync(`/proc/${service.pid}/fd`).length} files`);
  };
  await suffer(`none, for ${minutes} minutes`, 10, async () => {
    await delay((minutes * 60_000) / 10);
    measure();
  });
  console.log(`\nMemory and open files at ten times: ${sizes.join('; ')}`);
}
