import { type Check, operationsOf } from './document.ts';

/** Every operation has a name, a description, one declared tag, and a security requirement. */
export const operationsAreDescribed: Check = (document) => {
  const tags = (document.tags ?? []).filter(({ description }) => description).map(({ name }) => name);
  const operations = operationsOf(document);
  const ids = operations.map(({ operationId }) => operationId);
  return operations.flatMap(
    ({ place, operationId, summary, description, tags: own = [], security }, index) => [
      ...(operationId ? [] : [`${place}: it has no operationId`]),
      ...(ids.indexOf(operationId) === index
        ? []
        : [`${place}: another operation has the name ${operationId}`]),
      ...(summary ? [] : [`${place}: it has no summary`]),
      ...(description ? [] : [`${place}: it has no description`]),
      ...(own.length === 1 && own.every((tag) => tags.includes(tag))
        ? []
        : [`${place}: it has no described tag`]),
      ...(security ? [] : [`${place}: it has no security requirement`]),
    ],
  );
};
