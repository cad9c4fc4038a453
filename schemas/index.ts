import { auditModels } from './audit.ts';
import { ApiError, ErrorDetail, Problem } from './error.ts';
import { anyEventModel, eventModel, eventTypesOf } from './event.ts';
import { Me } from './identity.ts';
import { job } from './job.ts';
import type { Model } from './ref.ts';
import type { AnyResource } from './resource.ts';
import { Health, Readiness, ReadinessChecks } from './service.ts';
import { song } from './song.ts';
import { task } from './task.ts';
import { webhookModels } from './webhook.ts';

/** Every declared resource, in the order of the contract. */
export const resources: readonly AnyResource[] = [song, task];

/** Everything that has events: the resources, and the jobs of the service. */
export const eventSources: readonly AnyResource[] = [...resources, job];

/** The events of each of them. */
const resourceEvents: readonly Model[] = eventSources.map(eventModel);

/** An event of any resource. */
export const AnyEvent: Model = anyEventModel(resourceEvents);

/** The audit entry of a change, and a page of them. */
export const audit = auditModels(resources.flatMap(eventTypesOf));

/** A webhook, its deliveries, and lists of both. */
export const webhook = webhookModels(eventSources);

/** Every named component of the contract. */
export const models: readonly Model[] = [
  ...resources.flatMap(({ models }) => models),
  job.schemas.item,
  job.schemas.list,
  Me,
  ...resourceEvents,
  AnyEvent,
  audit.entry,
  audit.list,
  ...Object.values(webhook),
  Health,
  Readiness,
  ReadinessChecks,
  ErrorDetail,
  ApiError,
  Problem,
];
