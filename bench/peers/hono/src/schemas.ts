import { z } from 'zod';

/** Text of the given length in code points, without NUL, which PostgreSQL cannot store. */
const text = (minimum: number, maximum: number) =>
  z.string().regex(new RegExp(`^[^\\0]{${minimum},${maximum}}$`, 'u'), {
    error: `Must be text of ${minimum} to ${maximum} characters`,
  });

const limit = z.coerce.number().int().min(1).max(100).default(20);

export const Id = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) });

export const SongCreate = z.strictObject({
  song: text(1, 200),
  artist: text(1, 200),
  year: z.int32().nullish(),
});

export const SongQuery = z.object({
  song: text(1, 200).optional(),
  artist: text(1, 200).optional(),
  year: z.coerce.number().pipe(z.int32()).optional(),
  limit,
});

export const TaskCreate = z.strictObject({
  title: text(1, 200),
  description: text(0, 2000).default(''),
  done: z.boolean().default(false),
});

export const TaskQuery = z.object({
  done: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
  limit,
});

export type SongCreate = z.infer<typeof SongCreate>;
export type SongQuery = z.infer<typeof SongQuery>;
export type TaskCreate = z.infer<typeof TaskCreate>;
export type TaskQuery = z.infer<typeof TaskQuery>;
