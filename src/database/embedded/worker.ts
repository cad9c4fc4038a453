import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/** What the thread is started with. */
export interface WorkerData {
  /** The folder of the database's files, or `memory://`. */
  dataDir: string;
  /** Where the socket is to be. */
  socketPath: string;
}

const { dataDir, socketPath }: WorkerData = workerData;

const database = await PGlite.create({ dataDir: await prepared(dataDir) });
const server = new PGLiteSocketServer({ db: database, path: socketPath, maxConnections: 10 });
rmSync(socketPath, { force: true });
await server.start();

parentPort?.once('message', async () => {
  await server.stop();
  await database.close();
  parentPort?.close();
});
parentPort?.postMessage('ready');

/**
 * Makes the files of a new database beside their place and moves them there when they are whole, so that a
 * process which was killed meanwhile leaves nothing that looks like a database. Nobody else may read them.
 */
async function prepared(folder: string): Promise<string> {
  if (folder.startsWith('memory://') || existsSync(folder)) return folder;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { mode: 0o700 });
  const first = await PGlite.create({ dataDir: partial });
  await first.close();
  renameSync(partial, folder);
  return folder;
}
