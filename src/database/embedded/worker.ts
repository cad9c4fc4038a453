import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { makeDatabase } from './data-folder.ts';
import { DurableFiles, startParams } from './files.ts';
import { Maintenance } from './maintenance.ts';
import { Session } from './session.ts';
import { SessionServer } from './session-server.ts';

/** What the thread is started with. */
export interface WorkerData {
  /** The folder of the database's files; undefined keeps them in memory. */
  folder: string | undefined;
  /** Whether a commit waits for the disk. */
  fsync: boolean;
  /** Where the socket is to be. */
  socketPath: string;
}

/** What the thread tells. */
export interface WorkerMessage {
  /** For how many seconds nothing may come, at most, before the thread counts as hung. */
  silence: number;
  /** What went wrong, when it is no failure of the thread. */
  warning?: Error;
}

/** How long a statement may take, and maintenance, in seconds. */
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

/** @throws {Error} with PostgreSQL's own words, where it gives any. */
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
