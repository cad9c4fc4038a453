import type { Provocations } from '../../support/provocations.ts';

export const provocations: Provocations = {
  MissingUserId: 'without authentication',
  Unavailable: 'issuer away',
  InternalError: 'never',
};
