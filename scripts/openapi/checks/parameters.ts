import { type Check, operationsOf } from './document.ts';

/** Every parameter says what it is and shows a value. */
export const parametersAreDescribed: Check = (document) =>
  operationsOf(document).flatMap(({ place, parameters = [] }) =>
    parameters
      .filter(
        ({ description, example, schema }) =>
          !description || (example ?? schema?.examples?.[0]) === undefined,
      )
      .map(({ name }) => `${place}: the parameter ${name} has no description or no example`),
  );

/**
 * A parameter that may be left out has its example in the schema: the docs page fills in the one beside the schema,
 * and sends it with every request.
 */
export const optionalParametersStayEmpty: Check = (document) =>
  operationsOf(document).flatMap(({ place, parameters = [] }) =>
    parameters
      .filter(({ required, example }) => !required && example !== undefined)
      .map(({ name }) => `${place}: the docs page would send the example of ${name} by itself`),
  );

/** A parameter with a default may be left out. */
export const defaultsAreOptional: Check = (document) =>
  operationsOf(document).flatMap(({ place, parameters = [] }) =>
    parameters
      .filter(({ required, schema }) => required && schema?.default !== undefined)
      .map(({ name }) => `${place}: the parameter ${name} has a default, but is required`),
  );
