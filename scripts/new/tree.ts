import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesOf } from '../../schemas/resource-names.ts';
import { renderDeclaration } from './declaration.ts';
import { fileName, renderFeature, renderProvocations, renderTest } from './feature.ts';
import { RequestError } from './field.ts';
import { renderMigration } from './migration.ts';
import type { NewResource } from './request.ts';

/** The planned files: contents by path, relative to the root. */
export interface Plan {
  /** Files that do not exist yet. */
  created: Readonly<Record<string, string>>;
  /** The index files. */
  changed: Readonly<Record<string, string>>;
}

const RESOURCES_INDEX = 'schemas/index.ts';
const FEATURES_INDEX = 'src/features/index.ts';

/**
 * Plans the files of a new resource.
 *
 * @param root The root of the project.
 * @throws {RequestError} if a name exists.
 */
export function planOf(resource: NewResource, root: string): Plan {
  const { name, plural } = resource;
  const folder = fileName(plural);
  const created = {
    [`schemas/${fileName(name)}.ts`]: renderDeclaration(resource),
    [`migrations/${nextMigration(root)}.${folder}.sql`]: renderMigration(resource),
    [`src/features/${folder}/index.ts`]: renderFeature(resource),
    [`test/features/${folder}/${folder}.test.ts`]: renderTest(resource),
    [`test/features/${folder}/provocations.ts`]: renderProvocations(resource),
  };
  checkNames(resource, root, Object.values(created));
  const existing = Object.keys(created).find((file) => existsSync(join(root, file)));
  if (existing !== undefined) throw new RequestError(`${existing} exists: no file was changed.`);
  return { created, changed: indexFiles(root, created) };
}

/**
 * The contents of the two index files: they list every file in `schemas/` that declares a resource, and every folder in
 * `src/features/` whose `index.ts` exports a feature.
 *
 * @param added Files that are not written yet, by path.
 */
export function indexFiles(
  root: string,
  added: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const read = (file: string) => added[file] ?? readFileSync(join(root, file), 'utf8');
  const paths = [
    ...new Set([
      ...readdirSync(join(root, 'schemas')).map((file) => `schemas/${file}`),
      ...readdirSync(join(root, 'src/features'))
        .map((folder) => `src/features/${folder}/index.ts`)
        .filter((file) => existsSync(join(root, file))),
      ...Object.keys(added),
    ]),
  ].sort();
  const exported = (pattern: RegExp) =>
    paths.flatMap((path) => {
      const name =
        path.endsWith('.ts') && path !== RESOURCES_INDEX ? pattern.exec(read(path))?.[1] : undefined;
      return name === undefined ? [] : [{ name, path }];
    });
  const resources = exported(/^export const (\w+) = defineResource\(/m);
  const features = exported(/^export const (\w+): Feature = /m);
  return {
    [RESOURCES_INDEX]: listed(
      read(RESOURCES_INDEX),
      /(const resources: readonly AnyResource\[\] = \[)([^\]]*)\]/,
      resources.map(({ name, path }) => ({ name, from: `./${path.slice('schemas/'.length)}` })),
    ),
    [FEATURES_INDEX]: listed(
      read(FEATURES_INDEX),
      /(const features: readonly Feature\[\] = \[)([^\]]*)\]/,
      features.map(({ name, path }) => ({ name, from: `./${path.slice('src/features/'.length)}` })),
    ),
  };
}

/** Replaces the list in an index file, and its imports. */
function listed(text: string, list: RegExp, items: readonly { name: string; from: string }[]): string {
  const before = (list.exec(text)?.[2] ?? '').split(',').map((name) => name.trim());
  const others = text
    .split('\n')
    .filter((line) => !before.includes(/^import \{ (\w+) \} from /.exec(line)?.[1] ?? ','));
  const imports = items.map(({ name, from }) => `import { ${name} } from '${from}';`);
  const names = items.map(({ name }) => name).join(', ');
  return [...imports, ...others].join('\n').replace(list, (_, start) => `${start}${names}]`);
}

function nextMigration(root: string): string {
  const numbers = readdirSync(join(root, 'migrations')).map((file) => Number.parseInt(file, 10));
  return String(Math.max(0, ...numbers.filter((number) => number >= 0)) + 1).padStart(3, '0');
}

interface DocumentNames {
  tags: { name: string }[];
  paths: Record<string, Record<string, { operationId: string }>>;
  components: {
    schemas: object;
    responses: Record<string, { content?: Record<string, { examples?: object }> }>;
  };
}

/** Paths that `openapi.json` does not contain. */
const OTHER_PATHS = ['/docs', '/redoc'];

/** @throws {RequestError} if a derived name exists. */
function checkNames(resource: NewResource, root: string, rendered: readonly string[]): void {
  const { name, plural } = resource;
  const { model, models, many, table, path } = namesOf(resource);
  const document: DocumentNames = JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8'));
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  const migrations = readdirSync(join(root, 'migrations')).map((file) =>
    readFileSync(join(root, 'migrations', file), 'utf8'),
  );
  const tables = migrations.flatMap((sql) =>
    [...sql.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+)/gi)].map(([, found]) => found),
  );
  const errors = Object.values(document.components.responses).flatMap(({ content = {} }) =>
    Object.values(content).flatMap(({ examples = {} }) => Object.keys(examples)),
  );
  const imported = rendered.flatMap((text) =>
    [...text.matchAll(/^import (?:type )?\{([^}]*)\} from '(.*)'/gm)].flatMap(([, names = '', from = '']) =>
      from.endsWith(`/${fileName(name)}.ts`) ? [] : names.split(',').map((found) => found.trim()),
    ),
  );
  const taken = (kind: string, known: readonly (string | undefined)[], wanted: readonly string[]) => {
    const found = wanted.find((candidate) => known.includes(candidate));
    if (found === undefined) return;
    throw new RequestError(`The name ${name} is not available: ${kind} ${found} exists.`);
  };
  taken('the path', [...Object.keys(document.paths), ...OTHER_PATHS], [path]);
  taken('the model', Object.keys(document.components.schemas), [
    model,
    ...['Create', 'Update', 'List', 'Event'].map((suffix) => model + suffix),
  ]);
  taken(
    'the operation',
    operations.map(({ operationId }) => operationId),
    [`list${models}`, ...['create', 'get', 'replace', 'update', 'delete'].map((verb) => verb + model)],
  );
  taken(
    'the group of operations',
    document.tags.map((tag) => tag.name),
    [many],
  );
  taken('the table', [...tables, 'schema_migrations'], [table]);
  taken('the error', errors, [`Invalid${model}`, `${model}NotFound`, `${model}Exists`]);
  taken(
    'the function or constant',
    [...imported, 'resources', 'features', 'models', 'errors', 'app', 'repository'],
    [name, plural],
  );
  if (existsSync(join(root, 'src/features', fileName(plural)))) {
    throw new RequestError(
      `The name ${name} is not available: the folder src/features/${fileName(plural)} exists.`,
    );
  }
}
