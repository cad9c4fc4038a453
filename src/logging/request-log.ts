import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';

/** The status in the log of a request whose client disconnected before its response; it is never sent. */
const CLIENT_CLOSED_REQUEST = 499;

/** Logs one line per request after its response: method, URL, status and milliseconds. */
export class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    if (error) logDisconnect(request, reply);
    else request.log.info(requestLine(request, reply, reply.statusCode), 'request');
  }
}

/** Logs the line of a request whose client disconnected before its response. */
export function logDisconnect(request: FastifyRequest, reply: FastifyReply): void {
  request.log.warn(requestLine(request, reply, CLIENT_CLOSED_REQUEST), 'client disconnected');
}

function requestLine({ method, originalUrl: url }: FastifyRequest, reply: FastifyReply, status: number) {
  return { method, url, status, ms: Math.round(reply.elapsedTime * 100) / 100 };
}
