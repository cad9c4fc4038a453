import { type Change, type Provocations, resourceProvocations } from '../../support/provocations.ts';

/** Creates webhooks until the caller has the maximum number. */
const whileFull: Change = async (request, { call, t }) => {
  while (true) {
    const { status, headers } = await call('POST', '/webhooks', { json: request.json });
    if (status !== 201) return request;
    t.teardown(() => call('DELETE', String(headers.location)));
  }
};

const withHttp: Change = (request) => ({ ...request, json: { url: 'http://receiver.example/hooks' } });

/** The errors of webhooks. */
export const provocations: Provocations = {
  ...resourceProvocations({ names: { model: 'Webhook', models: 'Webhooks' }, unique: [] }),
  WebhookLimitReached: whileFull,
  WebhookUrlRefused: withHttp,
};
