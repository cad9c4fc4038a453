import type { QueryConfig } from 'pg';
import {
  type Song,
  type SongCreate,
  type SongQuery,
  type SongUpdate,
  songSortKeys,
} from '../../schemas/song.ts';
import type { Queryable } from '../database/queryable.ts';
import { conditionalWrite, VERSION_MATCHES, type Versions, type WriteOutcome } from './conditional-write.ts';
import { RANK_OF_NULL } from './cursor.ts';
import { type Bind, containsText, countRows, type Listing, type Page, readPage } from './listing.ts';

/** A row of the table `songs`. */
export interface SongRow extends Song {
  /** Changes with each write; a UUID. */
  version: string;
}

const COLUMNS = 'id, song, artist, year, created_at AS "createdAt", version';

const listing: Listing<typeof songSortKeys> = {
  table: 'songs',
  columns: COLUMNS,
  keys: songSortKeys,
  expressions: {
    id: 'id',
    song: 'song',
    artist: 'artist',
    year: `coalesce(year, ${RANK_OF_NULL})`,
    createdAt: 'created_at',
  },
};

const conditions =
  ({ song, artist, year, q }: SongQuery) =>
  (bind: Bind) => {
    const where: string[] = [];
    if (song !== undefined) where.push(`song = ${bind(song)}`);
    if (artist !== undefined) where.push(`artist = ${bind(artist)}`);
    if (year !== undefined) where.push(`year = ${bind(year)}`);
    if (q !== undefined) where.push(containsText(['song', 'artist'], bind(q)));
    return where;
  };

/** The songs of the catalogue. */
export class SongsRepository {
  readonly #database: Queryable;

  constructor(database: Queryable) {
    this.#database = database;
  }

  list(query: SongQuery): Promise<Page<SongRow>> {
    return readPage(this.#database, listing, { ...query, where: conditions(query) });
  }

  count(query: SongQuery): Promise<number> {
    return countRows(this.#database, listing, conditions(query));
  }

  async find(id: number): Promise<SongRow | undefined> {
    const { rows } = await this.#database.query<SongRow>({
      name: 'find-song',
      text: `SELECT ${COLUMNS} FROM songs WHERE id = $1`,
      values: [id],
    });
    return rows[0];
  }

  /**
   * Adds a song; undefined when there is one with this title by this artist. It looks first, because each
   * conflict uses up an id; the conflict clause is for those who add the same song at once.
   */
  async create({ song, artist, year }: SongCreate): Promise<SongRow | undefined> {
    const { rows } = await this.#database.query<SongRow>({
      name: 'create-song',
      text: `
        INSERT INTO songs (song, artist, year) SELECT $1, $2, $3
        WHERE NOT EXISTS (SELECT FROM songs WHERE song = $1 AND artist = $2)
        ON CONFLICT (song, artist) DO NOTHING
        RETURNING ${COLUMNS}`,
      values: [song, artist, year ?? null],
    });
    return rows[0];
  }

  /** @throws the driver's unique violation when another song has this title and artist; so does `update`. */
  replace(
    id: number,
    { song, artist, year }: SongCreate,
    versions: Versions,
  ): Promise<WriteOutcome<SongRow>> {
    return this.#write(id, versions, {
      name: 'replace-song',
      text: `
        UPDATE songs SET song = $3, artist = $4, year = $5, version = gen_random_uuid()
        WHERE id = $1 AND ${VERSION_MATCHES}
        RETURNING ${COLUMNS}`,
      values: [id, versions, song, artist, year ?? null],
    });
  }

  /** Writes those fields that the patch holds. */
  update(id: number, patch: SongUpdate, versions: Versions): Promise<WriteOutcome<SongRow>> {
    return this.#write(id, versions, {
      name: 'update-song',
      text: `
        UPDATE songs SET
          song = coalesce($3, song),
          artist = coalesce($4, artist),
          year = CASE WHEN $5 THEN $6 ELSE year END,
          version = gen_random_uuid()
        WHERE id = $1 AND ${VERSION_MATCHES}
        RETURNING ${COLUMNS}`,
      values: [id, versions, patch.song, patch.artist, patch.year !== undefined, patch.year],
    });
  }

  delete(id: number, versions: Versions): Promise<WriteOutcome<{ id: number }>> {
    return this.#write(id, versions, {
      name: 'delete-song',
      text: `DELETE FROM songs WHERE id = $1 AND ${VERSION_MATCHES} RETURNING id`,
      values: [id, versions],
    });
  }

  #write<Row extends { id: number }>(id: number, versions: Versions, statement: QueryConfig) {
    const exists = { name: 'song-exists', text: 'SELECT FROM songs WHERE id = $1', values: [id] };
    return conditionalWrite<Row>(this.#database, statement, versions, exists);
  }
}
