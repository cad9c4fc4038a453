import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { Unavailable } from '../http/errors.ts';
import { frameOf, positionOf, START, type StreamEvent } from './event.ts';
import { type Head, PAGE_SIZE, type StoredEvents } from './stored-events.ts';
import { type EventStream, isVisible, type Selection, selectionKey } from './stream.ts';

/** The number of clients that get events in one turn of the event loop. */
const SLICE = 256;
/** The shortest time in milliseconds between two deliveries: events in between are delivered together. */
const MIN_INTERVAL = 20;

/**
 * Delivers new events to all streams of this instance. Each event is read and rendered once, and each group of streams with the same
 * filter gets one buffer.
 */
export class EventFeed {
  readonly #events: StoredEvents;
  readonly #log: FastifyBaseLogger;
  readonly #heartbeatInterval: number;
  /** All open streams. */
  readonly #streams = new Set<EventStream>();
  /** Those that wait for new events, by what they see. */
  readonly #groups = new Map<string, Set<EventStream>>();
  /** The last delivered event; undefined while there are no streams. */
  #head: Head | undefined;
  #isReading = false;
  #isFailing = false;
  #isWoken = false;
  #evicted = 0;
  /** How often the events were found to be others. */
  #resets = 0;
  #isStopped = false;
  #heartbeat: NodeJS.Timeout | undefined;

  /** @param heartbeat The time between two checkpoints of an idle stream, in milliseconds. */
  constructor(events: StoredEvents, log: FastifyBaseLogger, heartbeat = 15_000) {
    this.#events = events;
    this.#log = log;
    this.#heartbeatInterval = heartbeat;
  }

  /** The number of streams. */
  get size(): number {
    return this.#streams.size;
  }

  /** The number of clients that were disconnected because they read too slowly. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Delivers the events that are in the database now. */
  wake(): void {
    this.#isWoken = true;
    if (this.#head === undefined) return;
    if (this.#isReading) return;
    this.#isReading = true;
    void this.#readAll();
  }

  /**
   * Sends a stream the events after the given one, then new ones if it follows. Returns once the stream can be sent; an error after that
   * destroys the stream.
   *
   * @param after The id of an event; undefined: only new events. If the event is not known any more, the stream starts with a
   * `reset`: its client must read the resources again.
   * @throws {ServiceError} 503 if the service stops.
   * @throws {DatabaseUnavailable} if the events cannot be read.
   */
  async join(stream: EventStream, after: string | undefined): Promise<void> {
    if (this.#isStopped) throw new Unavailable();
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    try {
      stream.last = await this.#events.head(undefined);
    } catch (error) {
      this.#streams.delete(stream);
      throw error;
    }
    this.#start(stream, after).catch((error) => stream.destroy(error));
  }

  async #start(stream: EventStream, after: string | undefined): Promise<void> {
    const { isFollowing } = stream;
    const resets = this.#resets;
    if (after === undefined) stream.send(frameOf('checkpoint', stream.last.id, '{}'));
    else await this.#sendAfter(stream, after, stream.last);
    while (isFollowing && this.#head && stream.last.position < this.#head.position && this.#isOpen(stream))
      await this.#sendAfter(stream, stream.last.id, this.#head);
    if (!this.#isOpen(stream)) return;
    if (!isFollowing) {
      stream.finish();
      return;
    }
    this.#head ??= stream.last;
    if (resets !== this.#resets) reset(stream, this.#head);
    this.#add(stream);
    this.wake();
  }

  /** Ends all streams: their clients resume on another instance. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#heartbeat);
    for (const stream of this.#streams) stream.interrupt();
    this.#groups.clear();
    this.#head = undefined;
  }

  #add(stream: EventStream): void {
    const key = selectionKey(stream.selection);
    const group = this.#groups.get(key) ?? new Set();
    this.#groups.set(key, group.add(stream));
    this.#heartbeat ??= setInterval(() => void this.#beat(), this.#heartbeatInterval).unref();
    stream.once('close', () => {
      group.delete(stream);
      if (group.size === 0 && this.#groups.get(key) === group) this.#groups.delete(key);
      if (this.#groups.size > 0) return;
      clearInterval(this.#heartbeat);
      this.#heartbeat = undefined;
      this.#head = undefined;
    });
  }

  #isOpen(stream: EventStream): boolean {
    return !stream.destroyed && !this.#isStopped;
  }

  /** Sends a stream the events after the one with this id, up to another one, as fast as its client reads. */
  async #sendAfter(stream: EventStream, after: string, { position: end }: Head): Promise<void> {
    let id = after;
    do {
      const events = await this.#events.after(id);
      if (!events) {
        reset(stream, await this.#events.head(undefined));
        return;
      }
      if (id === after) stream.last = { position: positionOf(after), id };
      if (events.length === 0) return;
      sendTo(stream, events);
      id = stream.last.id;
      await stream.drained();
    } while (stream.last.position < end && this.#isOpen(stream));
  }

  async #readAll(): Promise<void> {
    while (this.#isWoken && this.#head) {
      this.#isWoken = false;
      try {
        let count: number;
        do {
          count = await this.#readNext(this.#head);
        } while (count === PAGE_SIZE && this.#head);
        this.#isFailing = false;
      } catch (err) {
        if (!this.#isFailing) this.#log.warn({ err }, 'Events cannot be read');
        this.#isFailing = true;
      }
    }
    this.#isReading = false;
  }

  /** Delivers the next events after the head, and returns their number. */
  async #readNext({ id }: Head): Promise<number> {
    const events = await this.#events.after(id);
    if (!events) {
      await this.#resetAll();
      return 0;
    }
    const last = events.at(-1);
    if (!last || !this.#head) return 0;
    const began = performance.now();
    this.#head = { position: last.position, id: last.id };
    await this.#deliver(events);
    // A full page is not the last one. At most half of the time is spent on deliveries.
    const pause = events.length === PAGE_SIZE ? 0 : MIN_INTERVAL;
    await delay(Math.max(pause, performance.now() - began));
    return events.length;
  }

  /** The database is another one, or was restored: nothing is known of what came after the last delivered event. */
  async #resetAll(): Promise<void> {
    const head = await this.#events.head(undefined);
    if (!this.#head) return;
    this.#resets++;
    this.#head = head;
    for (const group of this.#groups.values()) for (const stream of group) reset(stream, head);
  }

  async #deliver(events: readonly StreamEvent[]): Promise<void> {
    const before = (events[0]?.position ?? 0) - 1;
    let sent = 0;
    for (const group of [...this.#groups.values()]) {
      const streams = [...group];
      const frames = streams[0] && framesOf(events, streams[0].selection);
      for (const stream of streams) {
        if (stream.isTooSlow) this.#evict(stream);
        // One that has joined meanwhile has some of the events.
        else sendTo(stream, events, stream.last.position === before ? frames : undefined);
        if (++sent % SLICE === 0) await nextTurn();
      }
    }
  }

  #evict(stream: EventStream): void {
    this.#evicted++;
    stream.destroy();
  }

  /** Tells all clients where they are, also those that do not see the last events. */
  async #beat(): Promise<void> {
    const id = this.#head?.id ?? START;
    const shared = Buffer.from(frameOf('checkpoint', id, '{}'));
    let sent = 0;
    for (const group of [...this.#groups.values()]) {
      for (const stream of [...group]) {
        if (stream.isTooSlow) this.#evict(stream);
        // In the middle of a delivery, not all streams are at the head.
        else stream.send(stream.last.id === id ? shared : frameOf('checkpoint', stream.last.id, '{}'));
        if (++sent % SLICE === 0) await nextTurn();
      }
    }
  }
}

/**
 * Sends a stream the events that it has not had and that it sees.
 *
 * @param frames The rendered events, if it has had none of them.
 */
function sendTo(stream: EventStream, events: readonly StreamEvent[], frames?: Buffer): void {
  const isNew = ({ position }: StreamEvent) => position > stream.last.position;
  const rendered = frames ?? framesOf(events.filter(isNew), stream.selection);
  if (rendered.length > 0) stream.send(rendered);
  const last = events.at(-1);
  if (last && isNew(last)) stream.last = { position: last.position, id: last.id };
}

/** Tells a client that events are missing, and where it can resume from. */
function reset(stream: EventStream, head: Head): void {
  stream.send(frameOf('reset', head.id, '{}'));
  stream.last = head;
}

function framesOf(events: readonly StreamEvent[], selection: Selection): Buffer {
  const frames = events.filter((event) => isVisible(selection, event)).map(({ frame }) => frame);
  return Buffer.from(frames.join(''));
}
