import type { MiddlewareHandler } from 'hono';
import { HttpError } from './errors.ts';

/** Hono's validator takes a body of another type for an empty object; it is refused here. */
export const requireJson: MiddlewareHandler = async (context, next) => {
  const type = context.req.header('content-type');
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type)) {
    throw new HttpError(415, 'The request body must be JSON');
  }
  await next();
};
