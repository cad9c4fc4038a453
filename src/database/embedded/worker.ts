import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { makeDatabase } from './data-folder.ts';
import { DurableFiles, startParams } from './files.ts';
import { Maintenance } from './maintenance.ts';
import { Session } from './session.ts';
import { SessionServer } from './session-server.ts';

/** The settings of the thread. */
export interface WorkerData {
  /** The folder of the database; undefined for a database in memory. */
  folder: string | undefined;
  /** Whether a commit waits for the disk. */
  fsync: boolean;
  /** The path of the socket. */
  socketPath: string;
}

/** A heartbeat of the thread. */
export interface WorkerMessage {
  /** The maximum number of seconds until the next message; then the thread counts as hung. */
  silence: number;
  /** An error that does not stop the thread. */
  warning?: Error;
}

/** The maximum durations of a statement and of maintenance in seconds. */
const STATEMENT = 15;
const MAINTENANCE = 600;
const HEARTBEAT = 1_000;

const { folder, fsync, socketPath }: WorkerData = workerData;
const tell = (message: WorkerMessage) => parentPort?.postMessage(message);

if (folder !== undefined) {
  await makeDatabase(folder, fsync, async (partial) => {
    const first = await open(partial);
    await first.close();
  });
}
const database = await open(folder);
const session = new Session(database);
const server = new SessionServer(session);
await server.listen(socketPath);

const maintenance = new Maintenance(session, () => tell({ silence: MAINTENANCE }));
const heartbeat = setInterval(() => {
  const warning = maintenance.tick(performance.now());
  tell(warning ? { silence: STATEMENT, warning } : { silence: STATEMENT });
}, HEARTBEAT);

parentPort?.once('message', async () => {
  clearInterval(heartbeat);
  server.close();
  await database.close();
  parentPort?.close();
});
tell({ silence: STATEMENT });

/** @throws {Error} with PostgreSQL's message, if there is one. */
async function open(folder: string | undefined): Promise<PGlite> {
  let reason: string | undefined;
  const onStderr = (line: string) => {
    reason = /(?:FATAL|PANIC): +(.+)/.exec(line)?.[1] ?? reason;
    return false;
  };
  const files = folder === undefined ? undefined : new DurableFiles(folder);
  const options: PGliteOptions = { startParams: startParams(fsync && files !== undefined), onStderr };
  try {
    return await PGlite.create(files === undefined ? options : { ...options, fs: files });
  } catch (cause) {
    throw new Error(reason ?? files?.lastError?.message ?? String(cause), { cause });
  }
}
