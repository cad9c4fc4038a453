import { Injectable } from '@nestjs/common';
import { Pool } from 'pg';
import type { CreateSongDto, ListSongsDto } from './song.dto.js';

export interface Song {
  id: number;
  song: string;
  artist: string;
  year: number | null;
  createdAt: Date;
}

const columns = 'id, song, artist, year, created_at AS "createdAt"';

@Injectable()
export class SongsService {
  constructor(private readonly pool: Pool) {}

  async find(id: number): Promise<Song | undefined> {
    const { rows } = await this.pool.query<Song>({
      name: 'find-song',
      text: `SELECT ${columns} FROM songs WHERE id = $1`,
      values: [id],
    });
    return rows[0];
  }

  async list({ limit, ...filters }: ListSongsDto): Promise<Song[]> {
    const given = Object.entries(filters).filter(([, value]) => value !== undefined);
    const conditions = given.map(([column], index) => `${column} = $${index + 2}`);
    const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    const { rows } = await this.pool.query<Song>({
      name: `list-songs ${given.map(([column]) => column)}`,
      text: `SELECT ${columns} FROM songs ${where} ORDER BY id LIMIT $1`,
      values: [limit, ...given.map(([, value]) => value)],
    });
    return rows;
  }

  /** Returns undefined if the pair of song and artist exists. */
  async create({ song, artist, year }: CreateSongDto): Promise<Song | undefined> {
    const { rows } = await this.pool.query<Song>({
      name: 'create-song',
      text: `INSERT INTO songs (song, artist, year) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING ${columns}`,
      values: [song, artist, year ?? null],
    });
    return rows[0];
  }
}
