// Starts Setlist as a peer: with WORKERS above 1, as so many processes that share one port, and the connections to
// the database between them. One process is Setlist's own `dist/src/server.js`.
import cluster from 'node:cluster';

const workers = Number(process.env.WORKERS ?? '1');
if (workers > 1 && cluster.isPrimary) startWorkers();
else await import('../../src/server.ts');

function startWorkers(): void {
  const connections = Math.max(1, Math.floor(Number(process.env.DB_POOL_MAX ?? '10') / workers));
  let isStopping = false;
  for (let started = 0; started < workers; started++) cluster.fork({ DB_POOL_MAX: String(connections) });
  // One that ends by itself ends all: what is left would be measured as if it were everything.
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
