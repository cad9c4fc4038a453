import type { Static } from '@sinclair/typebox';
import { defineResource } from './resource.ts';
import { boolean, string, text, withDefault } from './resource-fields.ts';

export const task = defineResource({
  name: 'task',
  plural: 'tasks',
  description: 'A task of the task manager.',
  group: 'The task manager. The number of tasks is limited.',
  create: 'Adds a task, unless there are as many as there may be.',
  fields: {
    title: string({
      minLength: 1,
      maxLength: 200,
      description: 'What is to be done.',
      examples: ['Book the venue'],
    }),
    description: withDefault(
      text({ description: 'What else there is to know.', examples: ['Two hundred seats, in May'] }),
      '',
    ),
    done: withDefault(boolean({ description: 'Whether it is done.', examples: [false] }), false),
  },
  stamps: { createdAt: 'When the task was created.', updatedAt: 'When the task was last written.' },
  sortable: ['title'],
  filterable: {
    done: { description: 'Only tasks that are done, or only those that are not.', example: false },
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
