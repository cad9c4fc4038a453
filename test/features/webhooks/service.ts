import type { Test } from 'tap';
import type { AppOverrides } from '../../../src/app.ts';
import type { CheckedResponse, Client } from '../../support/client.ts';
import { startService } from '../../support/service.ts';

/** Short intervals, in milliseconds. */
export const TIMING = { poll: 100, retryDelay: 20, maxRetryDelay: 200 };

/** Starts a service that sends events to this host, without long delays. */
export const startSending = (
  t: Test,
  environment: Record<string, string> = {},
  webhookOptions: AppOverrides['webhookOptions'] = {},
) =>
  startService(
    t,
    { MAX_TASKS: '0', WEBHOOKS: 'on', WEBHOOKS_ALLOW_PRIVATE: 'true', ...environment },
    { webhookOptions: { ...TIMING, ...webhookOptions } },
  );

export interface CreatedWebhook {
  path: string;
  secret: string;
  response: CheckedResponse;
}

export async function createWebhook(call: Client, values: object): Promise<CreatedWebhook> {
  const response = await call('POST', '/webhooks', { json: values });
  if (response.status !== 201) throw new Error(`The webhook was not created: ${response.text}`);
  return { path: String(response.headers.location), secret: String(response.body.secret), response };
}
