import { Type } from '@sinclair/typebox';
import type { FastifySchema } from 'fastify';
import { Identifier } from '../../schemas/fields.ts';
import { ref } from '../../schemas/ref.ts';
import { Task, TaskCreate, TaskList, TaskQuery, TaskUpdate } from '../../schemas/task.ts';
import { IfMatch, IfNoneMatch } from '../http/conditional-requests.ts';
import { NoQuery, PATCH_TYPES } from '../http/requests.ts';
import { answer, BODY_ERRORS, emptyAnswer, errorAnswers, RESOURCE_ERRORS } from '../http/responses.ts';

const all = { tags: ['tasks'], security: [] };
const one = { ...all, params: Type.Object({ id: Identifier('The task’s id.') }), querystring: NoQuery };

export const listTasks = {
  ...all,
  operationId: 'listTasks',
  summary: 'List tasks',
  description: 'One page of the tasks that meet every filter. Follow the `Link` header for the next page.',
  querystring: TaskQuery,
  response: {
    200: answer('One page of tasks', ref(TaskList), 'Link', 'X-Total-Count'),
    ...errorAnswers(...RESOURCE_ERRORS),
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
    ...errorAnswers(...RESOURCE_ERRORS, ...BODY_ERRORS, 'task_limit_reached'),
  },
} satisfies FastifySchema;

export const getTask = {
  ...one,
  operationId: 'getTask',
  summary: 'Get a task',
  description: 'Reads one task, as the database holds it now.',
  headers: IfNoneMatch,
  response: {
    200: answer('The task', ref(Task), 'ETag'),
    304: emptyAnswer('The client has this version already', 'ETag'),
    ...errorAnswers(...RESOURCE_ERRORS, 'task_not_found'),
  },
} satisfies FastifySchema;

const written = {
  200: answer('The task as it is now', ref(Task), 'ETag'),
  ...errorAnswers(...RESOURCE_ERRORS, ...BODY_ERRORS, 'task_not_found', 'precondition_failed'),
};

export const replaceTask = {
  ...one,
  operationId: 'replaceTask',
  summary: 'Replace a task',
  description: 'Gives a task a whole new state. What the body leaves out gets its default.',
  headers: IfMatch,
  body: ref(TaskCreate),
  response: written,
} satisfies FastifySchema;

export const updateTask = {
  ...one,
  operationId: 'updateTask',
  summary: 'Update a task',
  description: 'Changes the fields that the JSON Merge Patch (RFC 7396) holds.',
  headers: IfMatch,
  consumes: PATCH_TYPES,
  body: ref(TaskUpdate),
  response: written,
} satisfies FastifySchema;

export const deleteTask = {
  ...one,
  operationId: 'deleteTask',
  summary: 'Delete a task',
  description: 'Removes a task for good. Its id is not given out again.',
  headers: IfMatch,
  response: {
    204: emptyAnswer('The task is gone'),
    ...errorAnswers(...RESOURCE_ERRORS, 'task_not_found', 'precondition_failed'),
  },
} satisfies FastifySchema;
