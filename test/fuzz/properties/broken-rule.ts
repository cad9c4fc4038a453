import type fc from 'fast-check';
import type { Draft } from './requests.ts';

/** The expected error for a request that breaks one rule. */
export interface Refusal {
  status: number;
  code: string;
  /** The `loc` of every detail; undefined if the error has none. */
  loc?: readonly string[] | undefined;
  /** The `type` of at least one detail. */
  type?: string | undefined;
}

/** A rule, and requests that break only this rule. */
export interface BrokenRule {
  rule: string;
  cases: fc.Arbitrary<{ draft: Draft; refusal: Refusal }>;
}

/** The error for an invalid value, by location and type. */
export const invalid = (loc: readonly string[], type: string): Refusal => ({
  status: 422,
  code: 'validation_failed',
  loc,
  type,
});

/** The error for a body that is not JSON. */
export const malformed: Refusal = {
  status: 400,
  code: 'malformed_json',
  loc: ['body'],
  type: 'json_invalid',
};

/** The cases of a rule with one error. */
export const always = (rule: string, refusal: Refusal, drafts: fc.Arbitrary<Draft>): BrokenRule => ({
  rule,
  cases: withBody(drafts).map((draft) => ({ draft, refusal })),
});

/** The same requests with GET instead of HEAD, whose responses have no body. */
export const withBody = (drafts: fc.Arbitrary<Draft>) =>
  drafts.map((draft) => ({ ...draft, method: draft.method === 'HEAD' ? 'GET' : draft.method }));
