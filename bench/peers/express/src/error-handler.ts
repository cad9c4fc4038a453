import type { ErrorRequestHandler, RequestHandler } from 'express';
import { ZodError } from 'zod';
import { errorBody, HttpError } from './errors.ts';

/** Rejects other media types, which `express.json()` ignores. */
export const requireJson: RequestHandler = (request, _response, next) => {
  if (request.is('application/json') === false) throw new HttpError(415, 'The request body must be JSON');
  next();
};

export const notFound: RequestHandler = () => {
  throw new HttpError(404, 'Not found');
};

export const handleError: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error);
  const { status, message, details } = describe(error);
  if (status === 500) console.error(error);
  response.status(status).json(errorBody(status, message, details));
};

function describe(error: unknown): { status: number; message: string; details?: unknown } {
  if (error instanceof HttpError) return error;
  if (error instanceof ZodError) {
    return { status: 422, message: 'Request validation failed', details: error.issues };
  }
  // Errors of body-parser and the router, for example for invalid JSON.
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return { status: error.status, message: 'The request cannot be read' };
  }
  return { status: 500, message: 'Internal server error' };
}
