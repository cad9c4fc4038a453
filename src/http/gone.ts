import type { FastifyRequest } from 'fastify';

/** Tells, whenever it is asked, whether the client of this request has gone away. */
export const isGone = (request: FastifyRequest) => (): boolean => request.socket.destroyed;
