import type { Check } from './document.ts';
import {
  errorsAreWhatTheyAre,
  errorsFollowFromRequests,
  noErrorIsForgotten,
  problemsAreOfTheirOperation,
} from './errors.ts';
import { bodiesHaveExamples } from './examples.ts';
import { headersAreDeclared, headersAreDescribed } from './headers.ts';
import { operationsAreDescribed } from './operations.ts';
import { defaultsAreOptional, optionalParametersStayEmpty, parametersAreDescribed } from './parameters.ts';
import { createsAreLinked, linksResolve, noDanglingReference } from './references.ts';
import { noInlineObject, noNumberedComponent, propertiesAreDescribed } from './schemas.ts';

/** What we ask of the document beyond what linters do. */
export const checks: Readonly<Record<string, Check>> = {
  noDanglingReference,
  linksResolve,
  createsAreLinked,
  noNumberedComponent,
  noInlineObject,
  propertiesAreDescribed,
  operationsAreDescribed,
  bodiesHaveExamples,
  parametersAreDescribed,
  optionalParametersStayEmpty,
  defaultsAreOptional,
  headersAreDeclared,
  headersAreDescribed,
  errorsAreWhatTheyAre,
  problemsAreOfTheirOperation,
  errorsFollowFromRequests,
  noErrorIsForgotten,
};
