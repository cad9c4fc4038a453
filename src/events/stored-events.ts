import type { FastifyInstance } from 'fastify';
import type { AnyResource } from '../../schemas/resource.ts';
import type { Runner } from '../database/batching/batching.ts';
import type { Queryable } from '../database/pooled-database.ts';
import { type EventRow, positionOf, renderEvent, START, type StreamEvent, streamId } from './event.ts';

/** The maximum number of events that are read at once. */
export const PAGE_SIZE = 500;

/** With its limit, PostgreSQL does not expect a thousand rows, and thereby so many events that it compiles the statement each time. */
const ONLY_HEAD = '(SELECT position FROM event_head WHERE only_row LIMIT 1) AS head';

/** The last event. */
export interface Head {
  position: number;
  /** Its id in streams. */
  id: string;
}

/** The events in the database. Equal reads that arrive together run once, as after a restart with thousands of clients. */
export class StoredEvents {
  /** Reads the last event. */
  readonly head: Runner<undefined, Head>;
  /**
   * Reads the next events after the one with this id in streams, at most {@link PAGE_SIZE}; undefined if the database does not have
   * that event, or no longer: what came after it is not known.
   */
  readonly after: Runner<string, StreamEvent[] | undefined>;
  readonly #database: Queryable;
  readonly #resources: ReadonlyMap<string, AnyResource>;

  constructor(
    { listDatabase: database, batching }: Pick<FastifyInstance, 'listDatabase' | 'batching'>,
    resources: readonly AnyResource[],
  ) {
    this.#database = database;
    this.#resources = new Map(resources.map((resource) => [resource.names.code, resource]));
    this.head = batching.dedupe(
      'events.head',
      () => this.#selectHead(),
      () => 'lists',
    );
    this.after = batching.dedupe(
      'events.after',
      (id: string) => this.#selectAfter(id),
      () => 'lists',
    );
  }

  async #selectHead(): Promise<Head> {
    const { rows } = await this.#database.query<{ head: number; event: string | null }>({
      text: `SELECT head.position AS head, event FROM ${ONLY_HEAD}
        LEFT JOIN LATERAL setlist_events(head.position, head.position) ON true`,
    });
    const { head = 0, event = null } = rows[0] ?? {};
    return { position: head, id: event === null ? START : streamId(head, event) };
  }

  async #selectAfter(id: string): Promise<StreamEvent[] | undefined> {
    const position = positionOf(id);
    const { rows } = await this.#database.query<EventRow & { head: number }>({
      text: `SELECT head.position AS head, later.position, event, type, subject, payload, occurred_at FROM ${ONLY_HEAD}
        LEFT JOIN setlist_events($1, $2) AS later ON true ORDER BY later.position`,
      values: [position, position + PAGE_SIZE],
    });
    const head = rows[0]?.head ?? 0;
    const events = rows.filter(({ position }) => position !== null);
    // The start is known until the first event is removed.
    const isKnown = position === 0 || (events[0] && streamId(events[0].position, events[0].event) === id);
    // Without gaps: old events are removed by their time, and their positions may be among others.
    const wanted = Math.min(position + PAGE_SIZE, head) - Math.max(position, 1) + 1;
    if (!isKnown || events.length !== wanted) return undefined;
    const later = events.filter((row) => row.position > position);
    return later.map((row) => renderEvent(row, this.#resources));
  }
}
