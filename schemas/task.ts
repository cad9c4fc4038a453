import { type Static, Type } from '@sinclair/typebox';
import { Identifier, Text, Timestamp } from './fields.ts';
import { ListQuery, type SortKeys } from './pagination.ts';
import { model, ref } from './ref.ts';

/** The task that the example of a create makes, in an empty database. */
export const exampleTask = {
  id: 1,
  title: 'Book the venue',
  description: 'Two hundred seats, in May',
  done: false,
  createdAt: '2026-11-20T07:28:35.123Z',
  updatedAt: '2026-11-20T07:28:35.123Z',
};

const taskFields = {
  title: Text({
    minLength: 1,
    maxLength: 200,
    description: 'What is to be done.',
    examples: ['Book the venue'],
  }),
  description: Text({
    maxLength: 2000,
    description: 'What else there is to know.',
    examples: ['Two hundred seats, in May'],
  }),
  done: Type.Boolean({ description: 'Whether it is done.', examples: [false] }),
};

export const TaskCreate = model(
  'TaskCreate',
  Type.Object(
    {
      title: taskFields.title,
      description: Type.Optional({ ...taskFields.description, default: '' }),
      done: Type.Optional({ ...taskFields.done, default: false }),
    },
    {
      additionalProperties: false,
      description: 'A new task, or the whole new state of an existing one.',
      examples: [{ title: 'Book the venue', description: 'Two hundred seats, in May', done: false }],
    },
  ),
);
export type TaskCreate = Static<typeof TaskCreate>;

export const TaskUpdate = model(
  'TaskUpdate',
  Type.Partial(Type.Object(taskFields), {
    additionalProperties: false,
    description: 'A JSON Merge Patch (RFC 7396) of a task: what is absent stays as it is.',
    examples: [{ done: true }],
  }),
);
export type TaskUpdate = Static<typeof TaskUpdate>;

export const Task = model(
  'Task',
  Type.Object(
    {
      id: Identifier('The task’s id.'),
      ...taskFields,
      createdAt: Timestamp('When the task was created.'),
      updatedAt: Timestamp('When the task was last written.'),
    },
    {
      description: 'A task of the task manager.',
      examples: [exampleTask],
    },
  ),
);
export type Task = Static<typeof Task>;

export const TaskList = model(
  'TaskList',
  Type.Array(ref(Task), {
    description: 'One page of tasks.',
    maxItems: 100,
    examples: [
      [
        exampleTask,
        { ...exampleTask, id: 2, title: 'Write the setlist', description: 'Ninety minutes', done: true },
      ],
    ],
  }),
);

/** What tasks can be sorted by. */
export const taskSortKeys = {
  id: 'integer',
  title: 'text',
  createdAt: 'instant',
  updatedAt: 'instant',
} as const satisfies SortKeys;

export const TaskQuery = ListQuery(taskSortKeys, {
  done: Type.Optional(
    Type.Boolean({ description: 'Only tasks that are done, or only those that are not.', examples: [false] }),
  ),
  q: Type.Optional(
    Text({
      minLength: 1,
      maxLength: 200,
      description:
        'Only tasks whose title or description contains this text, case-insensitively, in any script.',
      examples: ['venue'],
    }),
  ),
});
export type TaskQuery = Static<typeof TaskQuery>;
