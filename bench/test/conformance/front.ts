// The real service behind a proxy that can change requests and responses: a peer with a fault.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { InjectOptions } from 'fastify';
import type { Test } from 'tap';
import { startService } from '../../../test/support/service.ts';
import { type Query, Tables } from '../../conformance/tables.ts';

export interface Asked {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface Exchange {
  asked: Asked;
  /** Returns the response of the service to the request, optionally with changes. */
  forward(changes?: Partial<Asked>): Promise<Reply>;
  /** The service's database. */
  query: Query;
}

/** Handles a request, with or without the service. */
export type Behaviour = (exchange: Exchange) => Promise<Reply>;

export interface Front {
  base: string;
  tables: Tables;
  /** Sets the behaviour for further requests. */
  behave(behaviour: Behaviour): void;
}

/** Starts the service on its own database behind a proxy, which initially changes nothing. */
export async function startFront(t: Test): Promise<Front> {
  const { app } = await startService(t, { MAX_TASKS: '0' });
  const query: Query = (text, values) => app.pg.query(text, values);
  const honest: Behaviour = ({ forward }) => forward();
  let behaviour = honest;

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url: path = '' } = request;
    const headers = textOnly(request.headers);
    const asked = { method, path, headers, body: Buffer.concat(chunks).toString() };
    const forward = async (changes: Partial<Asked> = {}): Promise<Reply> => {
      const { method, path, headers, body } = { ...asked, ...changes };
      const { 'content-length': _, 'transfer-encoding': __, ...kept } = headers;
      const payload = 'content-length' in headers ? { payload: body } : {};
      const options = { method, url: path, headers: kept, ...payload } as InjectOptions;
      const { statusCode: status, headers: sent, payload: content } = await app.inject(options);
      return { status, headers: textOnly(sent), body: content };
    };
    const reply = await behaviour({ asked, forward, query }).catch((error: unknown): Reply => {
      t.fail(`the front failed: ${error}`);
      return { status: 500, headers: {}, body: '' };
    });
    const { 'content-length': _, ...sent } = reply.headers;
    response.writeHead(reply.status, sent).end(reply.body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    base: `http://127.0.0.1:${port}`,
    tables: new Tables(query),
    behave: (next) => {
      behaviour = next;
    },
  };
}

function textOnly(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
