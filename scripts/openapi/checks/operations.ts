import { type Check, operationsOf } from './document.ts';

/** Every operation is named, described, filed under one declared tag, and says who may call it. */
export const operationsAreDescribed: Check = (document) => {
  const tags = (document.tags ?? []).filter(({ description }) => description).map(({ name }) => name);
  const operations = operationsOf(document);
  const ids = operations.map(({ operationId }) => operationId);
  return operations.flatMap(
    ({ place, operationId, summary, description, tags: own = [], security }, index) => [
      ...(operationId ? [] : [`${place}: there is no operationId`]),
      ...(ids.indexOf(operationId) === index
        ? []
        : [`${place}: ${operationId} is the name of another operation`]),
      ...(summary ? [] : [`${place}: there is no summary`]),
      ...(description ? [] : [`${place}: there is no description`]),
      ...(own.length === 1 && own.every((tag) => tags.includes(tag))
        ? []
        : [`${place}: there is no described tag`]),
      ...(security ? [] : [`${place}: it does not say whether it is open to all`]),
    ],
  );
};
