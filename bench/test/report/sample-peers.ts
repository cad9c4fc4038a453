import type { PeerResult } from '../../lib/results.ts';

/** The data of the invented peers. Nothing was measured: the figures are only plausible. */
export interface SamplePeer extends Pick<PeerResult, 'name' | 'title' | 'language' | 'lane'> {
  /** Reads by id per second with 64 connections. */
  reads: number;
  /** Processor time of the server per read, in microseconds. */
  micros: number;
  megabytes: number;
  startUpMs: number;
  lines: number;
}

const plain = 'one query a request';

type Row = [string, string, string, PeerResult['lane'], number, number, number, number, number];

const rows: Row[] = [
  ['setlist', 'Setlist', 'TypeScript', 'batched', 40_000, 21, 118, 540, 3_900],
  ['setlist-plain', 'Setlist, BATCHING=off', 'TypeScript', plain, 11_500, 80, 110, 530, 3_900],
  ['axum', 'Axum + sqlx', 'Rust', plain, 21_500, 34, 14, 12, 420],
  ['django', 'Django REST framework', 'Python', plain, 900, 1_010, 96, 1_900, 230],
  ['express', 'Express + pg', 'TypeScript', plain, 10_800, 86, 92, 310, 260],
  ['fastapi', 'FastAPI + asyncpg', 'Python', plain, 3_300, 285, 84, 1_150, 210],
  ['fastify', 'Fastify + pg', 'TypeScript', plain, 12_400, 76, 98, 350, 240],
  ['gin', 'Gin + pgx', 'Go', plain, 19_300, 47, 27, 25, 330],
  ['go-batched', 'net/http + pgx, batched', 'Go', 'batched', 46_500, 17, 31, 24, 480],
  ['hono', 'Hono + pg', 'TypeScript', plain, 11_600, 81, 90, 290, 230],
  ['litestar', 'Litestar + asyncpg', 'Python', plain, 3_700, 255, 88, 1_400, 220],
  ['nest', 'NestJS (Fastify) + pg', 'TypeScript', plain, 9_300, 101, 124, 690, 520],
  ['spring', 'Spring Boot + JDBC', 'Java', plain, 12_300, 72, 410, 3_400, 390],
];

export const samplePeers: readonly SamplePeer[] = rows.map(
  ([name, title, language, lane, reads, micros, megabytes, startUpMs, lines]) => ({
    name,
    title,
    language,
    lane,
    reads,
    micros,
    megabytes,
    startUpMs,
    lines,
  }),
);
