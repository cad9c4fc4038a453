import 'reflect-metadata';
import cluster from 'node:cluster';
import { serveApp } from './bootstrap.js';

const workers = Number(process.env.WORKERS ?? 1);

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
  await serveApp(process.env.HOST ?? '127.0.0.1', Number(process.env.PORT ?? 3000));
}
