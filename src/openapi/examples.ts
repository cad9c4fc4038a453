import type { DocumentSchema, MediaType, RequestBody } from './generated-document.ts';

type Models = Readonly<Record<string, DocumentSchema>>;

const model = (models: Models, { $ref = '' }: DocumentSchema): DocumentSchema | undefined =>
  models[$ref.replace('#/components/schemas/', '')];

/** Adds the example of a model to content with that model, unless the content has its own example. */
export function showExamples(content: Record<string, MediaType>, models: Models): void {
  for (const [type, media] of Object.entries(content)) {
    const [example] = model(models, media.schema)?.examples ?? [];
    const hasOwn = media.example !== undefined || media.examples !== undefined;
    if (example !== undefined && !hasOwn) content[type] = { ...media, example };
  }
}

/** Copies the description of a model to its request body. */
export function describeBody(body: RequestBody, models: Models): void {
  const [media] = Object.values(body.content);
  const description = media && model(models, media.schema)?.description;
  if (description !== undefined) body.description = description;
}
