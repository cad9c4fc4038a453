import { occurrence } from './error-answers.ts';

/** A query parameter that does not exist: no operation takes those. */
const invalidQuery = occurrence('validation_failed', {
  name: 'InvalidQuery',
  details: [
    { type: 'extra_forbidden', loc: ['query', 'page'], msg: 'Extra inputs are not permitted', input: '2' },
  ],
});

/** An id that is no number. */
const invalidId = occurrence('validation_failed', {
  name: 'InvalidId',
  path: '/songs/first',
  details: [
    {
      type: 'int_parsing',
      loc: ['path', 'id'],
      msg: 'Input should be a valid integer, unable to parse string as an integer',
      input: 'first',
    },
  ],
});

/** A path that cannot be decoded. */
const malformedPath = occurrence('malformed_request', { name: 'MalformedPath', path: '/songs/%' });

/** A query string that cannot be decoded. */
const malformedQuery = occurrence('malformed_request', { name: 'MalformedQuery' });

const notAcceptable = occurrence('not_acceptable', { asProblem: false });
const unavailable = occurrence('unavailable');

/** The errors of every operation on a collection that reads no body. */
export const LIST_ERRORS = [malformedQuery, notAcceptable, invalidQuery, unavailable];

/** The errors of every operation on one resource that reads no body. */
export const RESOURCE_ERRORS = [malformedPath, malformedQuery, notAcceptable, invalidId, unavailable];

/** The errors of every operation that reads a body; how that fails validation is its own. */
export const BODY_ERRORS = [
  occurrence('malformed_json', {
    details: [{ type: 'json_invalid', loc: ['body', 9], msg: 'JSON decode error' }],
  }),
  malformedQuery,
  notAcceptable,
  occurrence('request_timeout'),
  occurrence('body_too_large'),
  occurrence('unsupported_media_type'),
  unavailable,
];

/** The error of a request whose `If-Match` or `If-None-Match` does not hold. */
export const preconditionFailed = occurrence('precondition_failed', { path: '/songs/1' });
