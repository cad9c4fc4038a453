import cluster from 'node:cluster';
import { serveApp } from './app.ts';

const workers = Number(process.env.WORKERS ?? 1);
const poolMax = Number(process.env.POOL_MAX ?? 10);

if (cluster.isPrimary && workers > 1) {
  let stopping = false;
  for (let worker = 0; worker < workers; worker++) cluster.fork();
  cluster.on('exit', () => {
    if (!stopping) cluster.fork();
  });
  process.on('SIGTERM', () => {
    stopping = true;
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
  });
} else {
  const stop = await serveApp({
    host: process.env.HOST ?? '127.0.0.1',
    port: Number(process.env.PORT ?? 3000),
    // The processes share the connections evenly.
    poolMax: Math.max(1, Math.floor(poolMax / workers)),
  });
  process.once('SIGTERM', async () => {
    await stop();
    process.exit();
  });
}
