import { ApiError, ErrorDetail, Problem } from './error.ts';
import type { Model } from './ref.ts';
import { Health, Readiness, ReadinessChecks } from './service.ts';
import { Song, SongCreate, SongEnvelope, SongList, SongUpdate } from './song.ts';
import { Task, TaskCreate, TaskList, TaskUpdate } from './task.ts';

/** Every named component of the contract. */
export const models: readonly Model[] = [
  Song,
  SongCreate,
  SongUpdate,
  SongEnvelope,
  SongList,
  Task,
  TaskCreate,
  TaskUpdate,
  TaskList,
  Health,
  Readiness,
  ReadinessChecks,
  ErrorDetail,
  ApiError,
  Problem,
];
