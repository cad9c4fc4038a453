import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../../src/package.ts';

const CONFIGURATION = join(packageRoot, 'ops', 'haproxy', 'haproxy.cfg');

export interface Balancer {
  base: string;
  /** Tells it which instances get requests, by their ports, if it does not notice by itself. */
  use?(ports: readonly number[]): Promise<void>;
  stop(): Promise<void>;
}

export const BALANCERS = { haproxy: startHaproxy, nginx: startNginx } as const;

/** Starts HAProxy with the configuration of the project in front of some instances, and waits until it uses all of them. */
async function startHaproxy(ports: readonly number[]): Promise<Balancer> {
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

/** The time in milliseconds in which nginx completes the requests of its former configuration. */
const RELOADED = 1_000;

/** Starts nginx with the configuration of the project, in a folder of its own. */
async function startNginx(ports: readonly number[]): Promise<Balancer> {
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'setlist-nginx-'));
  const file = (name: string) => join(folder, name);
  const shipped = await readFile(join(packageRoot, 'ops', 'nginx', 'setlist.conf'), 'utf8');
  const site = shipped
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
    .replace('/etc/nginx/setlist.servers', file('setlist.servers'));
  await writeFile(file('setlist.conf'), site);
  await writeFile(
    file('nginx.conf'),
    `daemon off; pid ${file('pid')}; error_log ${file('log')};
    events {} http { access_log off; include ${file('setlist.conf')}; }`,
  );
  const use = (used: readonly number[]) =>
    writeFile(
      file('setlist.servers'),
      ports.map((one) => `server 127.0.0.1:${one}${used.includes(one) ? '' : ' down'};\n`).join(''),
    );
  await use(ports);
  const child = spawn('nginx', ['-c', file('nginx.conf'), '-e', file('log')], {
    env: { PATH: `${process.env.PATH}:/usr/sbin` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(child, 'spawn');
  const exited = once(child, 'exit');
  const base = `http://127.0.0.1:${port}`;
  await ready(base);
  return {
    base,
    use: async (used) => {
      await use(used);
      child.kill('SIGHUP');
      await delay(RELOADED);
    },
    stop: async () => {
      child.kill('SIGQUIT');
      await exited;
      await rm(folder, { recursive: true });
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
