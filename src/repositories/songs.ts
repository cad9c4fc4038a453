import type { QueryConfig } from 'pg';
import {
  type Song,
  type SongCreate,
  type SongQuery,
  type SongUpdate,
  songSortKeys,
} from '../../schemas/song.ts';
import type { Batching, Runner } from '../database/batching.ts';
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

/** Tells songs apart as the database does; no text holds NUL. */
const pairOf = ({ song, artist }: SongCreate) => `${song}\0${artist}`;

/** The songs of the catalogue. */
export class SongsRepository {
  readonly #database: Queryable;
  /** One page of songs. */
  readonly list: Runner<SongQuery, Page<SongRow>>;
  /** The song with this id; undefined when there is none. */
  readonly find: Runner<number, SongRow | undefined>;
  /** Adds a song; undefined when there is one with this title by this artist. */
  readonly create: Runner<SongCreate, SongRow | undefined>;

  constructor(database: Queryable, batching: Batching) {
    this.#database = database;
    this.list = batching.sameOnce('songs.list', (query) => this.#list(query));
    this.find = batching.together('songs.find', (ids) => this.#findAll(ids), { keyOf: (id) => id });
    this.create = batching.together('songs.create', (songs) => this.#createAll(songs));
  }

  count(query: SongQuery): Promise<number> {
    return countRows(this.#database, listing, conditions(query));
  }

  #list(query: SongQuery): Promise<Page<SongRow>> {
    return readPage(this.#database, listing, { ...query, where: conditions(query) });
  }

  async #findAll(ids: readonly number[]): Promise<(SongRow | undefined)[]> {
    const { rows } = await this.#database.query<SongRow>({
      name: 'find-songs',
      text: `SELECT ${COLUMNS} FROM songs WHERE id = ANY ($1)`,
      values: [ids],
    });
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id));
  }

  /**
   * Adds those songs that are not there yet; of equal ones the first. It looks before it adds, because each
   * conflict uses up an id; the conflict clause is for others who add the same song meanwhile. Everyone adds in
   * the same order, so that no two wait for each other.
   */
  async #createAll(songs: readonly SongCreate[]): Promise<(SongRow | undefined)[]> {
    const firsts = new Map(songs.toReversed().map((song) => [pairOf(song), song]));
    const ordered = [...firsts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, song]) => song);
    const { rows } = await this.#database.query<SongRow>({
      name: 'create-songs',
      text: `
        INSERT INTO songs (song, artist, year)
        SELECT song, artist, year FROM unnest($1::text[], $2::text[], $3::integer[]) AS new (song, artist, year)
        WHERE NOT EXISTS (SELECT FROM songs WHERE songs.song = new.song AND songs.artist = new.artist)
        ON CONFLICT (song, artist) DO NOTHING
        RETURNING ${COLUMNS}`,
      values: [
        ordered.map(({ song }) => song),
        ordered.map(({ artist }) => artist),
        ordered.map(({ year }) => year ?? null),
      ],
    });
    const created = new Map(rows.map((row) => [pairOf(row), row]));
    return songs.map((song) => (firsts.get(pairOf(song)) === song ? created.get(pairOf(song)) : undefined));
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
