import { Type } from '@sinclair/typebox';
import { OneOf } from './fields.ts';
import { model, ref } from './ref.ts';

export const Health = model(
  'Health',
  Type.Object(
    { status: OneOf(['ok'], { description: 'Always `ok`: the process responds.', examples: ['ok'] }) },
    { description: 'The process is alive.', examples: [{ status: 'ok' }] },
  ),
);

export const ReadinessChecks = model(
  'ReadinessChecks',
  Type.Object(
    {
      database: OneOf(['ok'], { description: 'Always `ok`: the database responds.', examples: ['ok'] }),
      issuer: Type.Optional(
        OneOf(['ok'], {
          description: 'Always `ok`: the keys of the issuer of tokens were loaded. Absent without an issuer.',
          examples: ['ok'],
        }),
      ),
    },
    { description: 'The state of each dependency.' },
  ),
);

export const Readiness = model(
  'Readiness',
  Type.Object(
    {
      status: OneOf(['ready'], {
        description: 'Always `ready`; otherwise the response is 503.',
        examples: ['ready'],
      }),
      checks: ref(ReadinessChecks),
    },
    {
      description: 'The service is ready for requests.',
      examples: [{ status: 'ready', checks: { database: 'ok' } }],
    },
  ),
);
