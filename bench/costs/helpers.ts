import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SignJWT } from 'jose';

/** The servers that some functions of the service use. */
export interface Helpers {
  /** Returns the key set of the issuer of the token, and accepts traces. */
  url: string;
  redisUrl: string;
  token: string;
  audience: string;
}

const AUDIENCE = 'https://api.example.com';

/** Runs a function with a key set, a receiver of traces, and a Redis without persistence if it is needed. */
export async function withHelpers<Result>(
  needsRedis: boolean,
  use: (helpers: Helpers) => Promise<Result>,
): Promise<Result> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'ES256', use: 'sig' }];
  const server = createServer((request, response) => {
    request.resume();
    response
      .setHeader('content-type', 'application/json')
      .end(request.method === 'GET' ? JSON.stringify({ keys }) : '{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = await new SignJWT({ scope: 'songs:read songs:write' })
    .setProtectedHeader({ alg: 'ES256', kid: 'bench', typ: 'at+jwt' })
    .setIssuer(url)
    .setSubject('bench')
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime('6h')
    .sign(privateKey);
  let redis: Awaited<ReturnType<typeof startRedis>> | undefined;
  try {
    redis = needsRedis ? await startRedis() : undefined;
    return await use({ url, redisUrl: redis?.url ?? '', token, audience: AUDIENCE });
  } finally {
    redis?.stop();
    server.close();
    server.closeAllConnections();
  }
}

async function startRedis(): Promise<{ url: string; stop(): void }> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', options, { stdio: 'ignore' });
  child.once('error', () => {});
  for (let tries = 0; tries < 100; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isOpen) return { url: `redis://127.0.0.1:${port}`, stop: () => child.kill() };
    await delay(50);
  }
  child.kill();
  throw new Error('redis-server does not start.');
}
