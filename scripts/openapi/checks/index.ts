import type { Check } from './document.ts';
import {
  definedErrorsAreDeclared,
  errorExamplesAreValid,
  errorsFollowFromRequests,
  problemPathsAreValid,
} from './errors.ts';
import { bodiesHaveExamples } from './examples.ts';
import { headerPathsAreValid, headersAreDeclared, headersAreDescribed } from './headers.ts';
import { operationsAreDescribed } from './operations.ts';
import { defaultsAreOptional, optionalParametersStayEmpty, parametersAreDescribed } from './parameters.ts';
import { createsAreLinked, linksResolve, noDanglingReference } from './references.ts';
import { noInlineObject, noNumberedComponent, propertiesAreDescribed } from './schemas.ts';

/** The rules for the document that linters do not check. */
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
  headerPathsAreValid,
  errorExamplesAreValid,
  problemPathsAreValid,
  errorsFollowFromRequests,
  definedErrorsAreDeclared,
};
