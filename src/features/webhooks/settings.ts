import type { DispatchTiming } from './dispatcher.ts';
import type { SenderOptions } from './sender.ts';

/** The settings of the service that concern webhooks. */
export interface WebhookSettings {
  /** Whether this instance sends events. */
  readonly isSending: boolean;
  /** Whether URLs may be http, and hosts may have any address. */
  readonly allowPrivate: boolean;
  /** The maximum number of webhooks of one caller. */
  readonly maxPerOwner: number;
  /** The time of failures after which a delivery is given up, and a webhook disabled, in milliseconds. */
  readonly patience: number;
}

export type WebhookOptions = WebhookSettings & DispatchTiming & SenderOptions;

/** The intervals of deliveries in milliseconds. Only this process uses the embedded database. */
export const dispatchTiming = (hasServer: boolean) => ({
  poll: hasServer ? 1_000 : 5_000,
  retryDelay: 5_000,
  maxRetryDelay: 3_600_000,
  timeout: 10_000,
});
