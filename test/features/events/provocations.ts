import { idleKey } from '../../support/credentials.ts';
import type { Change, Provocations } from '../../support/provocations.ts';

const withoutScopes: Change = (request) => ({
  ...request,
  headers: { authorization: `Bearer ${idleKey.key}` },
});

export const provocations: Provocations = {
  NothingToRead: withoutScopes,
  MissingAuditRead: withoutScopes,
};
