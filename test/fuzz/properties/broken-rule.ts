import type fc from 'fast-check';
import type { Draft } from './requests.ts';

/** How the service must answer a request that breaks one rule. */
export interface Refusal {
  status: number;
  code: string;
  /** The place that every detail must name; undefined where the answer has none to name. */
  loc?: readonly string[] | undefined;
  /** The `type` that one of the details must have. */
  type?: string | undefined;
}

/** A rule, and requests that break it and no other. */
export interface BrokenRule {
  rule: string;
  cases: fc.Arbitrary<{ draft: Draft; refusal: Refusal }>;
}

/** The refusal of a value: where it is, and what is wrong with it. */
export const invalid = (loc: readonly string[], type: string): Refusal => ({
  status: 422,
  code: 'validation_failed',
  loc,
  type,
});

/** The refusal of a body that is no JSON. */
export const malformed: Refusal = {
  status: 400,
  code: 'malformed_json',
  loc: ['body'],
  type: 'json_invalid',
};

/** The cases of a rule whose refusal is always the same. */
export const always = (rule: string, refusal: Refusal, drafts: fc.Arbitrary<Draft>): BrokenRule => ({
  rule,
  cases: withBody(drafts).map((draft) => ({ draft, refusal })),
});

/** The same requests, but GET in the place of HEAD, whose answers have no body that could hold an error. */
export const withBody = (drafts: fc.Arbitrary<Draft>) =>
  drafts.map((draft) => ({ ...draft, method: draft.method === 'HEAD' ? 'GET' : draft.method }));
