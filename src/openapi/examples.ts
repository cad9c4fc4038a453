import type { DocumentSchema, MediaType, RequestBody } from './generated-document.ts';

type Models = Readonly<Record<string, DocumentSchema>>;

const model = (models: Models, { $ref = '' }: DocumentSchema): DocumentSchema | undefined =>
  models[$ref.replace('#/components/schemas/', '')];

/** Shows, wherever a model is sent, the example of the model, unless this very place has its own. */
export function showExamples(content: Record<string, MediaType>, models: Models): void {
  for (const [type, media] of Object.entries(content)) {
    const [example] = model(models, media.schema)?.examples ?? [];
    const hasOwn = media.example !== undefined || media.examples !== undefined;
    if (example !== undefined && !hasOwn) content[type] = { ...media, example };
  }
}

/** Describes a request body as its model is described. */
export function describeBody(body: RequestBody, models: Models): void {
  const [media] = Object.values(body.content);
  const description = media && model(models, media.schema)?.description;
  if (description !== undefined) body.description = description;
}
