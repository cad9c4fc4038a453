import { type Check, operationsOf } from './document.ts';

/** Every parameter has a description and an example. */
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
 * The example of an optional parameter is in the schema: Swagger UI prefills an example next to the schema and sends it
 * with every request.
 */
export const optionalParametersStayEmpty: Check = (document) =>
  operationsOf(document).flatMap(({ place, parameters = [], 'x-prefilled': prefilled = [] }) =>
    parameters
      .filter(
        ({ name, required, example }) => !required && example !== undefined && !prefilled.includes(name),
      )
      .map(({ name }) => `${place}: Swagger UI would send the example of ${name} by default`),
  );

/** A parameter with a default is optional. */
export const defaultsAreOptional: Check = (document) =>
  operationsOf(document).flatMap(({ place, parameters = [] }) =>
    parameters
      .filter(({ required, schema }) => required && schema?.default !== undefined)
      .map(({ name }) => `${place}: the parameter ${name} has a default, but is required`),
  );
