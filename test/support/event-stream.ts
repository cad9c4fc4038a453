import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { Test } from 'tap';
import type { LooseJson } from './loose-json.ts';
import { startService } from './service.ts';
import { until } from './until.ts';

/** A frame of a stream of server-sent events. */
export interface Frame {
  id: string;
  event: string;
  data: LooseJson;
}

/** A client that follows events. */
export interface Follower {
  status: number;
  headers: IncomingHttpHeaders;
  /** What it has received, without checkpoints. */
  frames: Frame[];
  /** The id that it would resume from. */
  lastId: string;
  isEnded: boolean;
  /** Waits until it has this number of frames. */
  has(count: number): Promise<Frame[]>;
  /** Waits until the service has ended the stream. */
  ended(): Promise<void>;
  response: IncomingMessage;
  close(): void;
}

/** Starts a service that listens, on its own database. */
export async function listening(t: Test, environment: Record<string, string> = {}) {
  const service = await startService(t, { MAX_TASKS: '0', ...environment });
  await service.app.listen({ port: 0, host: '127.0.0.1' });
  return { ...service, base: service.app.listeningOrigin };
}

/** Follows the events at a URL, until the end of the test. It has its own connection. */
export async function follow(t: Test, url: string, headers: Record<string, string> = {}): Promise<Follower> {
  const sent = request(url, { agent: false, headers: { accept: 'text/event-stream', ...headers } }).end();
  t.teardown(() => sent.destroy());
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const follower: Follower = {
    status: response.statusCode ?? 0,
    headers: response.headers,
    frames: [],
    lastId: '',
    isEnded: false,
    async has(count) {
      await until(() => follower.frames.length >= count, `There are less than ${count} events`);
      return follower.frames;
    },
    ended: () => until(() => follower.isEnded, 'The stream does not end'),
    response,
    close: () => sent.destroy(),
  };
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk) => {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      receive(follower, text.slice(0, end));
      text = text.slice(end + 2);
    }
  });
  response.on('error', () => {});
  response.on('close', () => {
    follower.isEnded = true;
  });
  return follower;
}

function receive(follower: Follower, block: string): void {
  const fields = new Map(
    block.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const id = fields.get('id');
  const event = fields.get('event');
  if (id === undefined || event === undefined) return;
  follower.lastId = id;
  if (event !== 'checkpoint') follower.frames.push({ id, event, data: JSON.parse(fields.get('data') ?? '') });
}
