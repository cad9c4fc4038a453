// Each check passes on the contract and finds faults in a changed document.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { checks } from '../../../scripts/openapi/checks/index.ts';
import type { LooseJson } from '../../support/loose-json.ts';

const text = readFileSync('openapi.json', 'utf8');

/** Faults of a document, by the check that must find them, with the finding. */
const faults: Readonly<Record<string, readonly [(document: LooseJson) => void, RegExp][]>> = {
  noDanglingReference: [
    [({ components }) => delete components.schemas.Song, /^#\/components\/schemas\/Song has no target$/],
    [({ paths }) => (paths['/songs'].get.responses[422].$ref = 'other.json'), /^other\.json has no target$/],
  ],
  linksResolve: [
    [link((it) => (it.operationId = 'readSong')), /unknown operation readSong/],
    [link((it) => delete it.parameters.id), /lacks the parameter id/],
    [
      link((it) => (it.parameters.name = '$request.path.id')),
      /has the parameter name, which getSong does not declare/,
    ],
    [link((it) => (it.parameters.id = '$response.body#/id')), /\$response\.body#\/id, which does not exist/],
    [
      link((it) => (it.parameters.id = '$response.header.Id')),
      /\$response\.header\.Id, which does not exist/,
    ],
    [link((it) => (it.parameters.id = '$request.path.id')), /\$request\.path\.id, which does not exist/],
    [link((it) => (it.parameters.id = '$url')), /\$url, which does not exist/],
  ],
  createsAreLinked: [
    [
      ({ paths }) => delete paths['/tasks'].post.responses[201].links.deleteTask,
      /POST \/tasks 201: it has no link to deleteTask/,
    ],
  ],
  noNumberedComponent: [[({ components }) => (components.schemas['def-0'] = {}), /schemas\/def-0/]],
  noInlineObject: [
    [body((media) => (media.schema = { type: 'object' })), /POST \/songs, application\/json: an object/],
    [
      ({ paths }) =>
        (paths['/songs'].get.responses[200].content['application/json'].schema = {
          type: 'array',
          items: { properties: {} },
        }),
      /GET \/songs 200/,
    ],
    [
      ({ paths }) => (paths['/songs'].get.parameters[0].schema = { type: ['object', 'null'] }),
      /parameter song/,
    ],
    [
      ({ components }) => (components.schemas.Song.properties.label = { anyOf: [{ type: 'object' }] }),
      /component Song contains/,
    ],
  ],
  propertiesAreDescribed: [
    [({ components }) => delete components.schemas.Song.properties.year.description, /^Song\.year /],
    [({ components }) => delete components.schemas.Task.properties.done.examples, /^Task\.done /],
  ],
  operationsAreDescribed: [
    [operation((it) => delete it.operationId), /GET \/songs: it has no operationId/],
    [operation((it) => (it.operationId = 'createSong')), /another operation has the name createSong/],
    [operation((it) => delete it.summary), /no summary/],
    [operation((it) => delete it.description), /no description/],
    [operation((it) => (it.tags = ['songs', 'tasks'])), /no described tag/],
    [({ tags }) => delete tags[0].description, /no described tag/],
    [operation((it) => delete it.security), /no security requirement/],
  ],
  bodiesHaveExamples: [
    [body((media) => delete media.example), /POST \/songs: application\/json has no example/],
    [
      ({ paths }) => delete paths['/ready'].get.responses[200].content['application/json'].example,
      /GET \/ready 200/,
    ],
    [
      ({ components }) =>
        (components.responses.SongNotFound.content['application/problem+json'].examples = {}),
      /GET \/songs\/\{id\} 404: application\/problem\+json/,
    ],
  ],
  parametersAreDescribed: [
    [({ paths }) => delete paths['/songs'].get.parameters[0].description, /the parameter song/],
    [({ paths }) => delete paths['/songs'].get.parameters[0].schema.examples, /the parameter song/],
  ],
  optionalParametersStayEmpty: [
    [({ paths }) => (paths['/songs'].get.parameters[0].example = 'Euclid'), /example of song/],
  ],
  defaultsAreOptional: [
    [
      ({ paths }) => {
        for (const parameter of paths['/songs'].get.parameters) parameter.required = true;
      },
      /the parameter limit has a default/,
    ],
  ],
  headersAreDeclared: [
    [
      ({ paths }) => delete paths['/songs'].post.responses[201].headers.Location,
      /POST \/songs 201: the header Location/,
    ],
    [
      ({ paths }) => delete paths['/songs'].get.responses[200].headers.Link,
      /GET \/songs 200: the header Link/,
    ],
    [({ paths }) => delete paths['/songs/{id}'].get.responses[304].headers.ETag, /304: the header ETag/],
    [({ paths }) => delete paths['/songs/{id}'].patch.responses[200].headers.ETag, /200: the header ETag/],
    [
      ({ components }) => delete components.responses.NotReady.headers['Retry-After'],
      /GET \/ready 503: the header Retry-After/,
    ],
    [
      ({ paths }) => delete paths['/health'].get.responses[200].headers['X-Request-Id'],
      /GET \/health 200: the header X-Request-Id/,
    ],
    [
      ({ components }) => delete components.responses.SongsByIdUnsupportedPatchType.headers['Accept-Patch'],
      /PATCH \/songs\/\{id\} 415: the header Accept-Patch/,
    ],
    [({ paths }) => (paths['/health'].get.responses[405] = {}), /the header Allow/],
    [({ paths }) => (paths['/health'].get.responses[429] = {}), /the header Retry-After/],
  ],
  headersAreDescribed: [
    [({ components }) => delete components.headers.ETag.description, /the header ETag/],
    [({ components }) => delete components.headers.SongsLink.schema.examples, /the header Link/],
  ],
  headerPathsAreValid: [
    [
      ({ paths }) =>
        (paths['/songs'].post.responses[201].headers.Location =
          paths['/tasks'].post.responses[201].headers.Location),
      /POST \/songs 201: the example of Location is \/v1\/tasks/,
    ],
    [
      ({ paths }) =>
        (paths['/tasks'].get.responses[200].headers.Link = paths['/songs'].get.responses[200].headers.Link),
      /GET \/tasks 200: the example of Link is <\/v1\/songs/,
    ],
  ],
  errorExamplesAreValid: [
    [error((it) => delete it['application/json']), /no example has the code of an error/],
    [error((it) => delete it['application/problem+json']), /song_not_found has no example of a problem/],
    [
      error((it) => (it['application/json'].examples.SongNotFound.value.code = 'song_exists')),
      /application\/json is not an error .*song_exists/,
    ],
    [
      error((it) => (it['application/json'].examples.SongNotFound.value.message = 'Gone')),
      /is not an error .*Gone/,
    ],
    [
      error((it) => (it['application/problem+json'].examples.SongNotFound.value.status = 410)),
      /problem\+json is not an error .*410/,
    ],
    [
      error((it) => (it['application/problem+json'].examples.SongNotFound.value.code = 'lost')),
      /problem\+json is not an error .*lost/,
    ],
  ],
  problemPathsAreValid: [
    [
      error((it) => (it['application/problem+json'].examples.SongNotFound.value.instance = '/tasks/404')),
      /GET \/songs\/\{id\} 404: the example of a problem has the path \/tasks\/404/,
    ],
    [
      ({ paths }) => (paths['/tasks/{id}'].get.responses[503].$ref = paths['/tasks'].get.responses[503].$ref),
      /GET \/tasks\/\{id\} 503: the example of a problem has the path \/tasks$/,
    ],
  ],
  errorsFollowFromRequests: [
    [operation((it) => delete it.responses[406]), /GET \/songs: the error 406/],
    [({ paths }) => delete paths['/songs'].post.responses[413], /POST \/songs: the error 413/],
    [({ paths }) => delete paths['/songs/{id}'].get.responses[404], /GET \/songs\/\{id\}: the error 404/],
    [
      ({ paths }) => delete paths['/songs/{id}'].delete.responses[412],
      /DELETE \/songs\/\{id\}: the error 412/,
    ],
    [({ paths }) => delete paths['/tasks/{id}'].get.responses[412], /GET \/tasks\/\{id\}: the error 412/],
  ],
  definedErrorsAreDeclared: [
    [({ paths }) => delete paths['/tasks'].post.responses[409], /task_limit_reached/],
  ],
};

function link(change: (link: LooseJson) => void) {
  return ({ paths }: LooseJson) => change(paths['/songs'].post.responses[201].links.getSong);
}
function body(change: (media: LooseJson) => void) {
  return ({ paths }: LooseJson) => change(paths['/songs'].post.requestBody.content['application/json']);
}
function operation(change: (operation: LooseJson) => void) {
  return ({ paths }: LooseJson) => change(paths['/songs'].get);
}
function error(change: (content: LooseJson) => void) {
  return ({ components }: LooseJson) => change(components.responses.SongNotFound.content);
}

for (const [name, check] of Object.entries(checks)) {
  t.test(name, async (t) => {
    t.same(check(JSON.parse(text)), [], 'the contract passes');
    const cases = faults[name] ?? [];
    t.ok(cases.length > 0, 'it has a faulty document');
    for (const [change, finding] of cases) {
      const document = JSON.parse(text);
      change(document);
      t.ok(
        check(document).some((sentence) => finding.test(sentence)),
        `${finding}`,
      );
    }
  });
}

t.test('a document without components, parameters and contents does not throw', async (t) => {
  for (const check of Object.values(checks)) {
    t.ok(Array.isArray(check({ paths: { '/': { get: { responses: { 200: {} } } } } })));
  }
});
