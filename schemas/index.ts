import { ApiError, ErrorDetail, Problem } from './error.ts';
import { Me } from './identity.ts';
import type { Model } from './ref.ts';
import type { AnyResource } from './resource.ts';
import { Health, Readiness, ReadinessChecks } from './service.ts';
import { song } from './song.ts';
import { task } from './task.ts';

/** Every declared resource, in the order of the contract. */
export const resources: readonly AnyResource[] = [song, task];

/** Every named component of the contract. */
export const models: readonly Model[] = [
  ...resources.flatMap(({ models }) => models),
  Me,
  Health,
  Readiness,
  ReadinessChecks,
  ErrorDetail,
  ApiError,
  Problem,
];
