import type { Static } from '@sinclair/typebox';
import { defineResource } from './resource.ts';
import { boolean, string, text, withDefault } from './resource-fields.ts';

export const task = defineResource({
  name: 'task',
  plural: 'tasks',
  description: 'A task in the task manager.',
  group: 'The task manager. The number of tasks is limited.',
  owned: true,
  create: 'Adds a task. If the maximum number of tasks is reached, the response is 409.',
  fields: {
    title: string({
      minLength: 1,
      maxLength: 200,
      description: 'The title.',
      examples: ['Book the venue'],
    }),
    description: withDefault(
      text({ description: 'Further details.', examples: ['Two hundred seats, in May'] }),
      '',
    ),
    done: withDefault(boolean({ description: 'Whether the task is done.', examples: [false] }), false),
  },
  stamps: {
    createdAt: 'The time at which the task was created.',
    updatedAt: 'The time at which the task was last written.',
  },
  sortable: ['title'],
  filterable: {
    done: { description: 'Only tasks that are done (`true`) or not done (`false`).', example: false },
  },
  searchable: {
    fields: ['title', 'description'],
    description:
      'Only tasks whose title or description contains this text, case-insensitively, in any script.',
    example: 'venue',
  },
  examples: {
    rows: [
      { title: 'Book the venue', description: 'Two hundred seats, in May', done: false },
      { title: 'Write the setlist', description: 'Ninety minutes', done: true },
    ],
    update: { done: true },
  },
});
export type Task = Static<typeof task.schemas.item>;
export type TaskCreate = Static<typeof task.schemas.create>;
