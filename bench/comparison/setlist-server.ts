// Starts Setlist as a peer, with DB_POOL_MAX connections in all. With WORKERS above 1, that many processes share one port
// and divide the database connections. A single process is `dist/src/server.js`.
import cluster from 'node:cluster';

/** The connections of a process besides its pools: one for notifications of events, one for `/ready`. */
const OTHER_CONNECTIONS = 2;

const workers = Number(process.env.WORKERS ?? '1');
if (cluster.isPrimary) {
  const connections = Math.floor(Number(process.env.DB_POOL_MAX ?? '10') / workers) - OTHER_CONNECTIONS;
  process.env.DB_POOL_MAX = String(Math.max(1, connections));
}
if (workers > 1 && cluster.isPrimary) startWorkers();
else await import('../../src/server.ts');

function startWorkers(): void {
  let isStopping = false;
  for (let started = 0; started < workers; started++) cluster.fork();
  // If one process exits, all exit: otherwise the remaining ones would be measured as if they were all.
  cluster.on('exit', () => stop(1));
  process.on('SIGTERM', () => stop(0));
  process.on('SIGINT', () => stop(0));

  function stop(exitCode: number): void {
    if (isStopping) return;
    isStopping = true;
    process.exitCode = exitCode;
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
  }
}
