import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';

/** Logs one line for each request, when it is answered: method, URL, status and milliseconds. */
export class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const { method, originalUrl: url } = request;
    const line = { method, url, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 100) / 100 };
    if (error) request.log.warn({ ...line, err: error }, 'request broke off');
    else request.log.info(line, 'request');
  }
}
