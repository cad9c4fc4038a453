import { defineServiceResource } from './resource.ts';
import { instant, integer, nullable, oneOf, string } from './resource-fields.ts';

/** The states of a job: the last three are final. */
export const JOB_STATES = ['uploading', 'waiting', 'running', 'succeeded', 'failed', 'cancelled'] as const;

/** Imports. Clients read jobs; only the service writes them. */
export const job = defineServiceResource({
  name: 'job',
  plural: 'jobs',
  description: 'An import, and its progress. A job is kept for a week.',
  group: 'The progress of imports.',
  owned: true,
  create: '',
  fields: {
    resource: string({
      maxLength: 100,
      description: 'The name of the imported resource.',
      examples: ['song'],
    }),
    format: oneOf(['csv', 'ndjson'], { description: 'The format of the body.' }),
    state: oneOf(JOB_STATES, {
      description:
        'The state: the body is being received for a later import (`uploading`), the import waits for a worker or for a retry of the client (`waiting`), it runs, or it has ended.',
    }),
    size: nullable(
      integer({ minimum: 0, examples: [1048576] }),
      'The size of the body in bytes; null until it is received.',
    ),
    read: integer({
      minimum: 0,
      description: 'The number of bytes of the processed lines.',
      examples: [524288],
    }),
    lines: integer({ minimum: 0, description: 'The number of the last processed line.', examples: [9001] }),
    created: integer({ minimum: 0, description: 'The number of created rows.', examples: [8990] }),
    failed: integer({
      minimum: 0,
      description: 'The number of rows that could not be created.',
      examples: [10],
    }),
    error: nullable(
      string({ maxLength: 100, examples: ['malformed_csv'] }),
      'The code of the error that ended the import; null if there is none.',
    ),
    startedAt: nullable(instant({}), 'The start of the import; null before.'),
    finishedAt: nullable(instant({}), 'The end of the import; null before.'),
  },
  stamps: {
    createdAt: 'The time at which the job was created.',
    updatedAt: 'The time of the last progress.',
  },
  filterable: {
    resource: { description: 'Only imports of this resource.', example: 'song' },
    state: { description: 'Only jobs in this state.', example: 'running' },
  },
  examples: {
    rows: [
      {
        resource: 'song',
        format: 'csv',
        state: 'running',
        size: 1_048_576,
        read: 524_288,
        lines: 9_001,
        created: 8_990,
        failed: 10,
        error: null,
        startedAt: '2026-11-20T07:28:35.123Z',
        finishedAt: null,
      },
    ],
    update: {},
  },
});
