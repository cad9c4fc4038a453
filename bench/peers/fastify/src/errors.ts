import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

const names: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  404: 'NotFoundError',
  409: 'ConflictError',
  413: 'PayloadTooLargeError',
  415: 'UnsupportedMediaTypeError',
  422: 'ValidationError',
};

/** An error that the response shows. */
export class HttpError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

const errorBody = (status: number, message: string) => ({ error: names[status] ?? 'InternalError', message });

export function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  if (error.validation) {
    return reply
      .code(422)
      .send({ ...errorBody(422, 'Request validation failed'), details: error.validation });
  }
  const status = error.statusCode ?? 500;
  if (status < 500) return reply.code(status).send(errorBody(status, error.message));
  request.log.error(error);
  return reply.code(500).send(errorBody(500, 'Internal server error'));
}

export function handleNotFound(_request: FastifyRequest, reply: FastifyReply) {
  return reply.code(404).send(errorBody(404, 'Not found'));
}
