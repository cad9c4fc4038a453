// Each linter finds faults in changed documents.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { externalLinters, installLinters, lintFile } from '../../scripts/openapi/external-linters.ts';
import { temporaryFolder } from '../support/database.ts';
import type { LooseJson } from '../support/loose-json.ts';

const folder = await temporaryFolder(t);
const text = readFileSync('openapi.json', 'utf8');
installLinters();

const faults: Readonly<Record<string, readonly [(document: LooseJson) => void, RegExp][]>> = {
  'Redocly (recommended-strict)': [
    [({ paths }) => delete paths['/songs'].get.responses[406].$ref, /struct/],
    [({ components }) => (components.schemas.Unused = { type: 'string' }), /no-unused-components/],
    [
      ({ paths }) => (paths['/songs'].get.responses[200].content['application/json'].example = {}),
      /no-invalid-media-type-examples/,
    ],
  ],
  'Spectral (OpenAPI and OWASP, hints included)': [
    [({ info }) => delete info.contact, /info-contact/],
    [({ components }) => (components.schemas.Unused = { type: 'boolean' }), /oas3-unused-component/],
    [
      ({ components }) => delete components.schemas.ApiError.properties.message.maxLength,
      /owasp:api4:2023-string-limit/,
    ],
    [
      ({ components }) => delete components.schemas.Song.properties.id.format,
      /owasp:api4:2023-integer-format/,
    ],
    [({ paths }) => delete paths['/health'].get.responses[400], /owasp:api8:2023-define-error-validation/],
  ],
  'the JSON Schema of OpenAPI 3.1': [
    [(document) => delete document.info.title, /title/],
    [({ paths }) => (paths['/songs'].get.responses = []), /responses/],
  ],
};

for (const linter of externalLinters) {
  t.test(linter.name, async (t) => {
    t.equal(lintFile(linter, join(process.cwd(), 'openapi.json')), undefined, 'the contract passes');
    const cases = faults[linter.name] ?? [];
    t.ok(cases.length > 0, 'it has a faulty document');
    for (const [index, [change, finding]] of cases.entries()) {
      const document = JSON.parse(text);
      change(document);
      const file = join(folder, `${externalLinters.indexOf(linter)}-${index}.json`);
      writeFileSync(file, JSON.stringify(document));
      t.match(lintFile(linter, file), finding);
    }
  });
}
