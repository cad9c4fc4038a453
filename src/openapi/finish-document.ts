import { describeBody, showExamples, withPaths } from './examples.ts';
import type { GeneratedDocument } from './generated-document.ts';
import { keepFromBeingSent, makeDefaultOptional } from './parameters.ts';
import { showRequestExample } from './request-examples.ts';
import { SharedComponents } from './shared-components.ts';

/**
 * Finishes the document that the schemas of the routes give: models show their examples wherever they are sent, and
 * what many operations declare is a component.
 */
export function finishDocument(document: GeneratedDocument): object {
  const { paths, components, ...head } = document;
  const shared = new SharedComponents();
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.values(item).map((operation) => ({ path, operation })),
  );
  for (const { path, operation } of operations) {
    operation.parameters?.forEach(makeDefaultOptional);
    operation.parameters?.forEach(keepFromBeingSent);
    if (operation.requestBody) {
      showRequestExample(operation);
      describeBody(operation.requestBody, components.schemas);
      showExamples(operation.requestBody.content, components.schemas);
    }
    for (const [status, response] of Object.entries(operation.responses)) {
      if ('$ref' in response) continue;
      const content = response.content && withPaths(response.content, path, operation.parameters);
      showExamples(content ?? {}, components.schemas);
      operation.responses[status] = shared.response(path, { ...response, ...(content && { content }) });
    }
  }
  const responses = shared.responses();
  const { headers } = shared;
  return { ...head, paths, components: { ...components, responses, headers } };
}
