// Standard output is a pipe whose reader stops, is slow or ends, while clients read.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../drills/measurements.ts';
import { type ServerProcess, setlist } from '../server-process.ts';
import { type Report, Statuses } from './report.ts';
import { memoryOf, type Setup, timed, watchMemory } from './setup.ts';

/** More than the log's buffer of 8 MiB and the pipe can hold: each request is a line with its URL. */
const REQUESTS = 4_000;
const CLIENTS = 16;
const PATH = `/health?padding=${'x'.repeat(6_000)}`;
/** The buffer as text and as bytes, and the garbage of the requests, in MiB. */
const MAX_GROWTH = 96;
/** The reads of a slow reader: bytes, and the pause between them in milliseconds. */
const SLOW_READ = 65_536;
const SLOW_PAUSE = 100;
/** The maximum time of a stop, in milliseconds: a second for the log is part of it. */
const MAX_STOP = 11_000;

/** The reading end of a pipe, which reads only when it is asked to. */
class Reader {
  text = '';
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  }

  /** Reads what is there, up to a number of bytes; returns how many there were. */
  read(bytes = 2 ** 20): number {
    const buffer = Buffer.alloc(bytes);
    try {
      const size = readSync(this.#file, buffer);
      this.text += buffer.toString('latin1', 0, size);
      return size;
    } catch {
      // Nothing is there now.
      return 0;
    }
  }

  async readUntil(pattern: RegExp): Promise<RegExpExecArray> {
    while (true) {
      const found = pattern.exec(this.text);
      if (found) return found;
      if (this.read() === 0) await delay(10);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

interface Logging {
  service: ServerProcess;
  reader: Reader;
}

/** A reader that stops, one that is slow, and one that ends: requests succeed, memory is bounded, no line is lost uncounted. */
export async function stalledLog(setup: Setup): Promise<void> {
  await drill(setup, 'log stalled', () => undefined);
  await drill(setup, 'log read slowly', (reader) => {
    const timer = setInterval(() => reader.read(SLOW_READ), SLOW_PAUSE);
    return () => clearInterval(timer);
  });
  await drill(
    setup,
    'log closed',
    (reader) => {
      reader.close();
      return undefined;
    },
    false,
  );
}

/**
 * Sends requests while the reader is impaired.
 *
 * @param impair Returns a function that ends it, if there is something to end.
 * @param isReadLater Whether the reader reads everything afterwards.
 */
async function drill(
  setup: Setup,
  name: string,
  impair: (reader: Reader) => (() => void) | undefined,
  isReadLater = true,
): Promise<void> {
  const { report } = setup;
  const { service, reader } = await start(setup);
  const warm = await send(service.base, REQUESTS / 10, () => reader.read());
  const memory = memoryOf(service.pid);
  const end = impair(reader);
  const stopWatching = watchMemory(service.pid);
  const { statuses, durations } = await send(service.base, REQUESTS, () => {});
  const most = stopWatching();
  report.measured(name, 'statuses', statuses, statuses.areAmong([200]));
  const p99 = [warm.durations, durations].map((list) => `${quantile(list, 0.99).toFixed(1)} ms`).join(', ');
  report.measured(name, 'p99 of requests before and meanwhile', p99);
  const growth = Math.round(most - memory);
  report.measured(name, `growth of memory, at most ${MAX_GROWTH} MiB`, `${growth} MiB`, growth <= MAX_GROWTH);
  end?.();
  if (isReadLater) await countLines(report, name, reader);
  const second = await start(setup);
  impair(second.reader);
  await send(second.service.base, REQUESTS / 10, () => {});
  await stop(report, `${name}, until the exit`, second.service);
  await stop(report, name, service, isReadLater ? () => reader.read() : undefined);
}

/** Reads everything: each request has a line, or is counted as dropped. */
async function countLines(report: Report, name: string, reader: Reader): Promise<void> {
  for (let quiet = 0; quiet < 2_000; quiet += 20) {
    while (reader.read() > 0) quiet = 0;
    await delay(20);
  }
  const lines = reader.text.split('\n').filter((line) => line.includes('"msg":"request"')).length;
  const notes = [...reader.text.matchAll(/(\d+) log lines were dropped/g)];
  const dropped = notes.reduce((sum, [, count]) => sum + Number(count), 0);
  const sent = REQUESTS + REQUESTS / 10;
  report.measured(
    name,
    'requests, their lines, lines counted as dropped',
    `${sent}, ${lines}, ${dropped}`,
    lines + dropped === sent,
  );
}

/** Sends requests from several clients, and calls a function after each. */
async function send(base: string, count: number, after: () => unknown) {
  const statuses = new Statuses();
  const durations: number[] = [];
  let left = count;
  const client = async () => {
    while (left-- > 0) {
      const { status, duration } = await timed(base, PATH);
      statuses.add(status);
      durations.push(duration);
      after();
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return { statuses, durations };
}

/** Starts the service with a pipe as its standard output. */
async function start({ folder, postgres, services }: Setup): Promise<Logging> {
  const cwd = mkdtempSync(join(folder, 'log-'));
  const path = join(cwd, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = new Reader(path);
  const output = openSync(path, 'w');
  const child = spawn(process.execPath, [setlist], {
    cwd,
    env: { NODE_ENV: 'production', AUTH: 'off', PORT: '0', WEBHOOKS: 'off', DATABASE_URL: postgres.url },
    stdio: ['ignore', output, 'inherit'],
  });
  closeSync(output);
  const exited = once(child, 'exit').then(([code]): number | null => code);
  const [, base = ''] = await reader.readUntil(/listens on (http:\/\/[^"\s]+)/);
  const service = {
    base,
    pid: Number(child.pid),
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      return reader.text;
    },
  };
  services.push(service);
  return { service, reader };
}

/** Stops the service; its exit code must be 0. */
async function stop(
  report: Report,
  name: string,
  service: ServerProcess,
  during?: () => unknown,
): Promise<void> {
  const timer = setInterval(() => during?.(), 50);
  const began = performance.now();
  await service.stop();
  clearInterval(timer);
  const time = performance.now() - began;
  const code = await service.exited;
  report.measured(
    name,
    'exit code after SIGTERM, time',
    `${code}, ${(time / 1000).toFixed(1)} s`,
    code === 0 && time <= MAX_STOP,
  );
}
