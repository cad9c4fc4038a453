import type { AnyResource } from '../../schemas/resource.ts';
import { columnName } from '../crud/columns.ts';

/** A row of `setlist_events()`. */
export interface EventRow {
  position: number;
  /** A UUID. */
  event: string;
  /** As in `song.created`. */
  type: string;
  /** The path of the resource. */
  subject: string;
  /** The columns of the row. */
  payload: Readonly<Record<string, unknown>>;
  occurred_at: string;
}

/** An event that streams can send. */
export interface StreamEvent {
  readonly position: number;
  /** The name of the resource. */
  readonly resource: string;
  /** The owner of the row; undefined if it has none. */
  readonly owner: string | undefined;
  /** Its id in a stream, from which a client can resume. */
  readonly id: string;
  /** The event in the format of server-sent events. */
  readonly frame: string;
}

/** The id of an event in a stream: its position, and the first digits of its UUID, which another database would not have there. */
export const streamId = (position: number, event: string): string => `${position}-${event.slice(0, 8)}`;

/** Before the first event. */
export const START = streamId(0, '00000000');

/** The position in an id of an event. */
export const positionOf = (id: string): number => Number.parseInt(id, 10);

/** A frame of a stream (HTML, 9.2.6). */
export const frameOf = (event: string, id: string, data: string): string =>
  `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`;

/**
 * Renders an event for streams. Events of a resource that is not declared have a position, but are not sent.
 */
export function renderEvent(row: EventRow, resources: ReadonlyMap<string, AnyResource>): StreamEvent {
  const { position, event, type, payload } = row;
  const id = streamId(position, event);
  const resource = resources.get(type.split('.')[0] ?? '');
  if (!resource) return { position, resource: '', owner: undefined, id, frame: '' };
  return {
    position,
    resource: resource.names.code,
    owner: ownerOf(resource, payload),
    id,
    frame: frameOf(type, id, cloudEvent(row, resource)),
  };
}

/** The owner of a row; undefined if it has none. */
export function ownerOf(resource: AnyResource, { owner }: EventRow['payload']): string | undefined {
  return resource.owned && typeof owner === 'string' ? owner : undefined;
}

/** Renders an event as CloudEvents 1.0 in JSON; `data` is the resource as in the contract. */
export function cloudEvent(
  { event, type, subject, payload, occurred_at }: Omit<EventRow, 'position'>,
  resource: AnyResource,
): string {
  return JSON.stringify({
    specversion: '1.0',
    id: event,
    source: resource.names.path,
    type,
    subject,
    time: occurred_at,
    datacontenttype: 'application/json',
    data: contractRow(resource, payload),
  });
}

/** The row as in the contract. JSON of PostgreSQL renders instants with an offset. */
function contractRow(resource: AnyResource, payload: EventRow['payload']): Record<string, unknown> {
  const row: Record<string, unknown> = { id: payload.id };
  const isInstant = (name: string) =>
    resource.stamps.includes(name) || resource.fields[name]?.kind === 'instant';
  for (const name of [...Object.keys(resource.fields), ...resource.stamps]) {
    const value = payload[columnName(name)] ?? null;
    const time = isInstant(name) && typeof value === 'string' ? new Date(value) : undefined;
    // PostgreSQL also has infinity.
    row[name] = time && !Number.isNaN(time.valueOf()) ? time.toISOString() : value;
  }
  return row;
}
