import { type Static, type TSchema, Type } from 'typebox';

/** Text without NUL, which PostgreSQL cannot store. */
const text = (minLength: number, maxLength: number) =>
  Type.String({ minLength, maxLength, pattern: '^[^\\u0000]*$' });
const int32 = () => Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 });
const instant = () => Type.Unsafe<Date>({ type: 'string', format: 'date-time' });
const closed = { additionalProperties: false };

const limit = Type.Integer({ minimum: 1, maximum: 100, default: 20 });

export const Id = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });

const year = Type.Union([int32(), Type.Null()]);

export const SongCreate = Type.Object(
  { song: text(1, 200), artist: text(1, 200), year: Type.Optional(year) },
  closed,
);
export type SongCreate = Static<typeof SongCreate>;

export const Song = Type.Object({
  id: Type.Integer(),
  song: Type.String(),
  artist: Type.String(),
  year,
  createdAt: instant(),
});
export type Song = Static<typeof Song>;

/** Closed, because the names of filters become names of columns. */
export const SongQuery = Type.Object(
  {
    song: Type.Optional(text(1, 200)),
    artist: Type.Optional(text(1, 200)),
    year: Type.Optional(int32()),
    limit,
  },
  closed,
);
export type SongQuery = Static<typeof SongQuery>;

export const TaskCreate = Type.Object(
  {
    title: text(1, 200),
    description: Type.String({ maxLength: 2000, pattern: '^[^\\u0000]*$', default: '' }),
    done: Type.Boolean({ default: false }),
  },
  closed,
);
export type TaskCreate = Static<typeof TaskCreate>;

export const Task = Type.Object({
  id: Type.Integer(),
  title: Type.String(),
  description: Type.String(),
  done: Type.Boolean(),
  createdAt: instant(),
  updatedAt: instant(),
});
export type Task = Static<typeof Task>;

export const TaskQuery = Type.Object({ done: Type.Optional(Type.Boolean()), limit }, closed);
export type TaskQuery = Static<typeof TaskQuery>;

const ApiError = Type.Object({
  error: Type.String(),
  message: Type.String(),
  details: Type.Optional(Type.Array(Type.Unknown())),
});

/** The responses of an operation: the given ones, and errors. */
export const responses = <Success extends Record<number, TSchema>>(success: Success) => ({
  ...success,
  '4xx': ApiError,
  '5xx': ApiError,
});
