import type { FastifyInstance } from 'fastify';
import type { AnyResource } from '../../schemas/resource.ts';
import type { Runner } from '../database/batching/batching.ts';
import type { Queryable } from '../database/pooled-database.ts';
import {
  EVENT_COLUMNS,
  type EventRow,
  positionOf,
  renderEvent,
  START,
  type StreamEvent,
  streamId,
} from './event.ts';

/** The maximum number of events that are read at once. */
export const PAGE_SIZE = 500;

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
    const { rows } = await this.#database.query<{ position: number; event: string | null }>({
      text: 'SELECT position, event FROM event_head LEFT JOIN events USING (position) WHERE only_row',
    });
    const { position = 0, event = null } = rows[0] ?? {};
    return { position, id: event === null ? START : streamId(position, event) };
  }

  async #selectAfter(id: string): Promise<StreamEvent[] | undefined> {
    const position = positionOf(id);
    const { rows } = await this.#database.query<EventRow>({
      text: `SELECT ${EVENT_COLUMNS} FROM events WHERE position >= $1 ORDER BY position LIMIT ${PAGE_SIZE + 1}`,
      values: [position],
    });
    const [first] = rows;
    // The start is known until the first event is removed.
    const isKnown =
      position === 0 ? !first || first.position === 1 : first && streamId(first.position, first.event) === id;
    // Without gaps: old events are removed by their time, and their positions may be among others.
    const isDense = !first || (rows.at(-1)?.position ?? 0) - first.position === rows.length - 1;
    if (!isKnown || !isDense) return undefined;
    const later = rows.filter((row) => row.position > position);
    return later.slice(0, PAGE_SIZE).map((row) => renderEvent(row, this.#resources));
  }
}
