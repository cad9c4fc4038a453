import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../../src/package.ts';

const CONFIGURATION = join(packageRoot, 'ops', 'haproxy', 'haproxy.cfg');

export interface Balancer {
  base: string;
  stop(): Promise<void>;
}

/** Starts HAProxy with the configuration of the project in front of some instances, and waits until it uses all of them. */
export async function startHaproxy(ports: readonly number[]): Promise<Balancer> {
  const [port = 0] = await freePorts(1);
  const instances = ports.map((one, index) => [`SETLIST_${index + 1}`, `127.0.0.1:${one}`] as const);
  const child = spawn('haproxy', ['-db', '-f', CONFIGURATION], {
    env: {
      PATH: `${process.env.PATH}:/usr/sbin`,
      SETLIST_BIND: `127.0.0.1:${port}`,
      ...Object.fromEntries(instances),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'spawn');
  const exited = once(child, 'exit');
  const base = `http://127.0.0.1:${port}`;
  const failed = exited.then(() => {
    throw new Error(`HAProxy does not start:\n${output}`);
  });
  await Promise.race([ready(base), failed]);
  failed.catch(() => {});
  return {
    base,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Ports that are free now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const addresses = servers.map((server) => server.address());
  for (const server of servers) server.close();
  return addresses.map((address) => (typeof address === 'object' && address !== null ? address.port : 0));
}

/** Waits until a service is ready. */
export async function ready(base: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const response = await fetch(`${base}/ready`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    await delay(50);
  }
  throw new Error(`${base} is not ready after 30 seconds`);
}
