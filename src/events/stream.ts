import { Readable } from 'node:stream';
import { START, type StreamEvent } from './event.ts';
import type { Head } from './stored-events.ts';

/** The events that a client sees. */
export interface Selection {
  /** The names of the resources. */
  readonly resources: readonly string[];
  /** The resources of which the client only sees the rows of its owner. */
  readonly ownOnly: readonly string[];
  readonly owner: string | undefined;
}

/** An equal text for clients that see the same events. */
export const selectionKey = ({ resources, ownOnly, owner }: Selection): string =>
  [resources.toSorted().join(), ...(ownOnly.length > 0 ? [ownOnly.toSorted().join(), owner] : [])].join(' ');

export const isVisible = (
  { resources, ownOnly, owner }: Selection,
  event: Pick<StreamEvent, 'resource' | 'owner'>,
): boolean =>
  resources.includes(event.resource) && (!ownOnly.includes(event.resource) || event.owner === owner);

/**
 * The body of the response to one client. It is pushed to, and it is bounded: a client that reads too slowly is disconnected, and can
 * resume.
 */
export class EventStream extends Readable {
  readonly selection: Selection;
  /** Whether the stream waits for new events after the existing ones. */
  readonly isFollowing: boolean;
  readonly #limit: number;
  /** The last event that the client has, or does not see. */
  last: Head = { position: 0, id: START };
  #onDrained: (() => void) | undefined;
  #isFinished = false;

  /** @param limit The maximum number of bytes that wait for the client. */
  constructor(selection: Selection, limit: number, isFollowing = true) {
    super({ highWaterMark: limit });
    this.selection = selection;
    this.isFollowing = isFollowing;
    this.#limit = limit;
    this.once('close', () => this.#onDrained?.());
  }

  /** Whether too many bytes of earlier deliveries wait for the client. */
  get isTooSlow(): boolean {
    return this.readableLength > this.#limit;
  }

  /** Sends something, unless the stream is finished. */
  send(frames: string | Buffer): void {
    if (!this.#isFinished) this.push(frames);
  }

  /** Ends the stream after what was sent. */
  finish(): void {
    if (!this.#isFinished) this.push(null);
    this.#isFinished = true;
  }

  /** Ends a stream that could go on. One that does not follow breaks off: it would seem complete. */
  interrupt(): void {
    if (this.isFollowing) this.finish();
    else this.destroy();
  }

  /** Waits while the maximum number of bytes waits for the client. */
  drained(): Promise<void> {
    if (this.readableLength < this.#limit || this.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onDrained = resolve;
    });
  }

  override _read(): void {
    this.#onDrained?.();
    this.#onDrained = undefined;
  }
}
