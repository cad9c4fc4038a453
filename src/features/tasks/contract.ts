import { Type } from '@sinclair/typebox';
import type { FastifySchema } from 'fastify';
import { Identifier } from '../../../schemas/fields.ts';
import { ref } from '../../../schemas/ref.ts';
import { exampleTask, Task, TaskCreate, TaskList, TaskQuery, TaskUpdate } from '../../../schemas/task.ts';
import { ReadPreconditions, WritePreconditions } from '../../http/conditional-requests.ts';
import { MERGE_PATCH_DOCS, NoQuery, PATCH_TYPES } from '../../http/requests.ts';
import { errorAnswers, occurrence } from '../../openapi/error-responses.ts';
import { links } from '../../openapi/links.ts';
import {
  BODY_ERRORS,
  LIST_ERRORS,
  PATCH_ERRORS,
  PUT_ERRORS,
  preconditionFailed,
  RESOURCE_ERRORS,
} from '../../openapi/request-errors.ts';
import { answer, emptyAnswer, withExample } from '../../openapi/responses.ts';

const all = { tags: ['tasks'], security: [] };
const one = { ...all, params: Type.Object({ id: Identifier('The task’s id.') }), querystring: NoQuery };

const taskNotFound = occurrence('task_not_found', { path: '/tasks/404' });
const taskLimitReached = occurrence('task_limit_reached', { path: '/tasks' });
const invalidTask = occurrence('validation_failed', {
  name: 'InvalidTask',
  path: '/tasks',
  details: [
    {
      type: 'string_too_short',
      loc: ['body', 'title'],
      msg: 'String should have at least 1 character',
      input: '',
    },
    { type: 'bool_type', loc: ['body', 'done'], msg: 'Input should be a valid boolean', input: 'yes' },
  ],
});

export const listTasks = {
  ...all,
  operationId: 'listTasks',
  summary: 'List tasks',
  description: 'One page of the tasks that meet every filter. Follow the `Link` header for the next page.',
  querystring: TaskQuery,
  response: {
    200: answer('One page of tasks', ref(TaskList), 'Link', 'X-Total-Count'),
    ...errorAnswers(...LIST_ERRORS),
  },
} satisfies FastifySchema;

export const createTask = {
  ...all,
  operationId: 'createTask',
  summary: 'Create a task',
  description: 'Adds a task, unless there are as many as there may be.',
  querystring: NoQuery,
  body: ref(TaskCreate),
  response: {
    201: answer('The created task', ref(Task), 'Location', 'ETag'),
    ...errorAnswers(...BODY_ERRORS, invalidTask, taskLimitReached, preconditionFailed),
  },
} satisfies FastifySchema;

export const getTask = {
  ...one,
  operationId: 'getTask',
  summary: 'Get a task',
  description: 'Reads one task, as the database holds it now.',
  headers: ReadPreconditions,
  response: {
    200: answer('The task', ref(Task), 'ETag'),
    304: emptyAnswer('The client has this version already', 'ETag'),
    ...errorAnswers(...RESOURCE_ERRORS, taskNotFound, preconditionFailed),
  },
} satisfies FastifySchema;

const written = (example: Task, bodyErrors: typeof PUT_ERRORS) => ({
  200: withExample(answer('The task as it is now', ref(Task), 'ETag'), example),
  ...errorAnswers(...bodyErrors, invalidTask, taskNotFound, preconditionFailed),
});

export const replaceTask = {
  ...one,
  operationId: 'replaceTask',
  summary: 'Replace a task',
  description: 'Gives a task a whole new state. What the body leaves out gets its default.',
  headers: WritePreconditions,
  body: ref(TaskCreate),
  response: written(exampleTask, PUT_ERRORS),
} satisfies FastifySchema;

export const updateTask = {
  ...one,
  operationId: 'updateTask',
  summary: 'Update a task',
  description: 'Changes the fields that the JSON Merge Patch (RFC 7396) holds.',
  externalDocs: MERGE_PATCH_DOCS,
  headers: WritePreconditions,
  consumes: PATCH_TYPES,
  body: ref(TaskUpdate),
  response: written({ ...exampleTask, done: true, updatedAt: '2026-11-21T18:00:00.000Z' }, PATCH_ERRORS),
} satisfies FastifySchema;

export const deleteTask = {
  ...one,
  operationId: 'deleteTask',
  summary: 'Delete a task',
  description: 'Removes a task for good. Its id is not given out again.',
  headers: WritePreconditions,
  response: {
    204: emptyAnswer('The task is gone'),
    ...errorAnswers(...RESOURCE_ERRORS, taskNotFound, preconditionFailed),
  },
} satisfies FastifySchema;

/** Where a client can go on from an answer, by operation and status. */
export const taskLinks = {
  list: { 200: links('$response.body#/0/id', getTask) },
  create: { 201: links('$response.body#/id', getTask, replaceTask, updateTask, deleteTask) },
  get: { 200: links('$request.path.id', replaceTask, updateTask, deleteTask) },
  write: { 200: links('$request.path.id', getTask, replaceTask, updateTask, deleteTask) },
};
