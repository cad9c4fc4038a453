import { Type } from '@sinclair/typebox';
import { OneOf } from './fields.ts';
import { model } from './ref.ts';

export const Health = model(
  'Health',
  Type.Object(
    { status: OneOf(['ok'], { description: 'Always `ok`: the process answers.' }) },
    { description: 'The process is alive.', examples: [{ status: 'ok' }] },
  ),
);

export const Readiness = model(
  'Readiness',
  Type.Object(
    {
      status: OneOf(['ready'], { description: 'Always `ready`; otherwise the answer is a 503.' }),
      checks: Type.Object(
        { database: OneOf(['ok'], { description: 'The database answers.' }) },
        { description: 'What was looked at.' },
      ),
    },
    {
      description: 'The service can take requests.',
      examples: [{ status: 'ready', checks: { database: 'ok' } }],
    },
  ),
);
