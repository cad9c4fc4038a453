import type { FastifyReply, FastifyRequest } from 'fastify';
import { eventSources } from '../../../schemas/index.ts';
import { validated } from '../../crud/routes.ts';
import { DatabaseUnavailable } from '../../database/failures.ts';
import { EventStream, type Selection } from '../../events/stream.ts';
import { UNSTORED } from '../../http/conditional-requests.ts';
import { Unavailable } from '../../http/errors.ts';
import { insufficientScope } from '../../identity/plugin.ts';
import type { Feature } from '../feature.ts';
import { EventHeaders, EventQuery, followEvents } from './contract.ts';

/** In milliseconds: clients reconnect after a random time between both, so that not all do at once. */
const RETRY = { min: 1_000, max: 4_000 };

/** A frame without effect. */
const COMMENT = ':\n\n';
/** In milliseconds. */
const PROBE_DELAY = 500;

/** The maximum delay of a timer, in milliseconds: 24 days. */
const MAX_DELAY = 2 ** 31 - 1;

const isUnavailable = (error: unknown) =>
  error instanceof Unavailable || error instanceof DatabaseUnavailable;

const retry = () => `retry: ${Math.round(RETRY.min + Math.random() * (RETRY.max - RETRY.min))}\n\n`;

/** The stream of events. */
export const events: Feature = async (app) => {
  const { maxClients, clientBuffer } = app.eventSettings;
  app.get(
    '/events',
    { schema: followEvents, config: { mediaTypes: ['text/event-stream'] } },
    async (request, reply) => {
      const { resource, after, follow = true } = validated(request.query, EventQuery);
      const { 'last-event-id': lastId } = validated(request.headers, EventHeaders);
      const stream = new EventStream(selectionOf(request, resource), clientBuffer, follow);
      stream.send(retry());
      if (request.method === 'HEAD') {
        stream.finish();
      } else {
        try {
          if (app.events.size >= maxClients) throw new Unavailable();
          await app.events.join(stream, lastId ?? after);
        } catch (error) {
          if (!follow || !isUnavailable(error)) throw error;
          // After an error, EventSource would not try again.
          request.log.info({ err: error }, 'A stream of events ends at its start');
          stream.finish();
        }
        endWithCredential(request, stream);
        probeHalfClosed(request, stream);
      }
      if (follow) delimitByEnd(reply);
      return reply.type('text/event-stream').header('cache-control', UNSTORED).send(stream);
    },
  );
};

/**
 * The events that the caller may see.
 *
 * @param names The requested resources; undefined: all that the caller can read.
 * @throws {ServiceError} 403 if the caller cannot read one of them.
 */
function selectionOf({ principal }: FastifyRequest, names: readonly string[] | undefined): Selection {
  const has = (scope: string) => principal === null || principal.scopes.includes(scope);
  const wanted = eventSources.filter(({ names: { code } }) => names?.includes(code) ?? true);
  const readable = wanted.filter(({ names: { scopes } }) => has(scopes.read));
  const [missing] =
    names === undefined && readable.length > 0 ? [] : wanted.filter((one) => !readable.includes(one));
  if (missing) throw insufficientScope([missing.names.scopes.read], missing.names.scopes.read);
  const codesOf = (some: typeof eventSources) => some.map(({ names: { code } }) => code);
  return {
    resources: codesOf(readable),
    ownOnly: codesOf(readable.filter(({ owned, names: { scopes } }) => owned && !has(scopes.all))),
    owner: principal?.owner,
  };
}

/**
 * The body ends with its connection: it has no end that a client could miss, and chunks of a length of their own would be three times as
 * many writes. A body that does not follow stays chunked, so that its client notices a part that is missing.
 */
function delimitByEnd(reply: FastifyReply): void {
  reply.header('connection', 'close').raw.removeHeader('transfer-encoding');
}

/** Ends a stream when the credential of its caller expires. */
function endWithCredential({ principal }: FastifyRequest, stream: EventStream): void {
  const expiry = principal?.expiry;
  if (expiry === undefined) return;
  const timer = setTimeout(() => stream.interrupt(), Math.min(expiry * 1000 - Date.now(), MAX_DELAY)).unref();
  stream.once('close', () => clearTimeout(timer));
}

/**
 * A client that closes its half of the connection may still read, or may be gone. A client that is gone answers the first write with a
 * reset, and the second write fails.
 */
function probeHalfClosed({ raw: { socket } }: FastifyRequest, stream: EventStream): void {
  const probe = () => stream.send(COMMENT);
  const onEnd = () => {
    probe();
    setTimeout(probe, PROBE_DELAY).unref();
  };
  socket.once('end', onEnd);
  stream.once('close', () => socket.off('end', onEnd));
}
