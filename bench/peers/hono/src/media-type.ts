import type { MiddlewareHandler } from 'hono';
import { HttpError } from './errors.ts';

/** Rejects other media types, which Hono's validator treats as an empty object. */
export const requireJson: MiddlewareHandler = async (context, next) => {
  const type = context.req.header('content-type');
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type)) {
    throw new HttpError(415, 'The request body must be JSON');
  }
  await next();
};
