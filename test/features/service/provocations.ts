import type { Provocations } from '../../support/provocations.ts';

/** The errors of the probes: they read no table. */
export const provocations: Provocations = { NotReady: 'outage', InternalError: 'never' };
