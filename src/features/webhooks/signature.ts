import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
/** In bytes: between 24 and 64 (Standard Webhooks). */
const SECRET_SIZE = 32;

/** A new secret in the format of Standard Webhooks. */
export const newSecret = (): string => PREFIX + randomBytes(SECRET_SIZE).toString('base64');

/**
 * The headers of a delivery (Standard Webhooks 1.0): its id, the time of the attempt, and one signature for each secret.
 *
 * @param id Identifies the event: the same for each attempt.
 */
export function signedHeaders(
  id: string,
  body: string,
  secrets: readonly string[],
  now = Date.now(),
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
