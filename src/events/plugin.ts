import type { FastifyBaseLogger } from 'fastify';
import fp from 'fastify-plugin';
import pg from 'pg';
import { eventSources } from '../../schemas/index.ts';
import { sessionOptions } from '../database/pool-options.ts';
import { EventConsumer, type EventHandler } from './consumer.ts';
import { EventFeed } from './feed.ts';
import { Sequencer } from './sequencer.ts';
import { StoredEvents } from './stored-events.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The events of this instance's streams. */
    events: EventFeed;
    eventSettings: EventSettings;
    /**
     * Handles each event of all changes once, in order, on one of the instances; see docs/background-work.md.
     *
     * @param name Identifies the consumer in the database: a new name starts with the oldest event that is kept.
     */
    consumeEvents(name: string, handle: EventHandler): void;
    /** Makes events of the changes that are committed now, soon. After requests that write, the service does it by itself. */
    numberChanges(): void;
  }
}

/** The settings of the service that concern events. */
export interface EventSettings {
  /** The time that events are kept, in days. */
  readonly retentionDays: number;
  /** The maximum number of streams. */
  readonly maxClients: number;
  /** The maximum number of bytes that wait for one client. */
  readonly clientBuffer: number;
}

export interface EventOptions {
  settings: EventSettings;
  /** The server, whose notifications of other instances are received; undefined for the embedded PostgreSQL. */
  server: pg.ClientConfig | undefined;
  connect: boolean;
}

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];
/** The time in milliseconds before a broken connection for notifications is opened again; until then, events are polled. */
const RECONNECT = 1_000;
/**
 * The time between two polls, in milliseconds. Only this process writes to the embedded database, which is maintained while it is idle.
 */
const POLL = { server: 1_000, embedded: 5_000 };

/** Numbers the changes of resources, and delivers their events to streams. */
export const events = fp<EventOptions>(
  async (app, { settings, server, connect }) => {
    const feed = new EventFeed(new StoredEvents(app, eventSources), app.log);
    const sequencer = new Sequencer(app.database, app.log, () => wake());
    app.decorate('events', feed);
    app.decorate('eventSettings', settings);
    app.decorate('numberChanges', () => sequencer.poke());
    const consumers = new Map<string, EventConsumer>();
    app.decorate('consumeEvents', (name, handle) => {
      if (consumers.has(name)) throw new TypeError(`There are two consumers with the name ${name}`);
      consumers.set(name, new EventConsumer(app.pg.pool, app.log, name, handle));
    });
    const wake = () => {
      feed.wake();
      for (const consumer of consumers.values()) consumer.wake();
    };
    if (!connect) return;

    app.addHook('onRoute', (route) => {
      if (![route.method].flat().some((method) => WRITES.includes(method))) return;
      const poke = (_request: unknown, _reply: unknown, done: () => void) => {
        app.numberChanges();
        done();
      };
      route.onResponse = [poke, ...[route.onResponse ?? []].flat()];
    });
    const interval = server ? POLL.server : POLL.embedded;
    sequencer.start(interval);
    const poll = setInterval(wake, interval).unref();
    const stopListening = server && listen(server, app.log, wake);
    app.addHook('preClose', async () => feed.stop());
    app.addHook('onClose', async () => {
      sequencer.stop();
      clearInterval(poll);
      await Promise.all([...consumers.values()].map((consumer) => consumer.stop()));
      await stopListening?.();
    });
  },
  { name: 'events', dependencies: ['database', 'batching'] },
);

/**
 * Receives the notifications of all instances on a connection of its own. Without one, as behind a pooler in transaction mode, polling is
 * enough.
 *
 * @returns A function that ends it.
 */
function listen(
  server: pg.ClientConfig,
  log: FastifyBaseLogger,
  onNotification: () => void,
): () => Promise<void> {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let isFailing = false;
  const open = async () => {
    client = new pg.Client(sessionOptions(server, { statementTimeout: 0, connectTimeout: 5_000 }));
    client.on('notification', onNotification);
    client.on('error', () => {});
    client.once('end', () => {
      if (!isStopped) timer = setTimeout(open, RECONNECT).unref();
    });
    try {
      await client.connect();
      await client.query('LISTEN setlist_events');
      isFailing = false;
    } catch (err) {
      if (!isFailing && !isStopped) log.warn({ err }, 'Notifications are not received: events are polled');
      isFailing = true;
      await client.end().catch(() => {});
    }
  };
  void open();
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await client?.end().catch(() => {});
  };
}
