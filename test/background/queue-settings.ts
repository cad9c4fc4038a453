/** Short intervals, in milliseconds. */
export const QUEUE_TIMING = { poll: 50, lease: 1_000 };

/** The settings of most queues under test. */
export const settings = { retries: 2, retryDelaySeconds: 0, expireSeconds: 60 };
