import {
  type Song,
  type SongCreate,
  type SongQuery,
  type SongUpdate,
  songSortKeys,
} from '../../../schemas/song.ts';
import {
  type ConditionalWrite,
  onePerRow,
  runConditionalWrites,
  type WriteOutcome,
} from '../../crud/conditional-write.ts';
import { RANK_OF_NULL } from '../../crud/cursor.ts';
import { type Bind, containsText, countRows, type Listing, type Page, readPage } from '../../crud/listing.ts';
import type { Caller } from '../../database/batching/batcher.ts';
import type { Batching, Runner } from '../../database/batching/batching.ts';
import type { Queryable, RepositoryDatabases } from '../../database/queryable.ts';

/** A row of the table `songs`. */
export interface SongRow extends Song {
  /** Changes with each write; a UUID. */
  version: string;
}

/** A song to write: those fields that the patch holds. */
export interface SongWrite extends ConditionalWrite {
  patch: SongUpdate;
}

const FIELDS = 'id, song, artist, year, created_at AS "createdAt"';
const COLUMNS = `${FIELDS}, version`;

/** The year, or a number after all years: what the index holds. */
const YEAR_OR_LAST = `coalesce(year, ${RANK_OF_NULL})`;

const listing: Listing<typeof songSortKeys> = {
  table: 'songs',
  columns: FIELDS,
  keys: songSortKeys,
  expressions: {
    id: 'id',
    song: 'song',
    artist: 'artist',
    year: YEAR_OR_LAST,
    createdAt: 'created_at',
  },
};

type SongFilter = Pick<SongQuery, 'song' | 'artist' | 'year' | 'q'>;

const conditions =
  ({ song, artist, year, q }: SongFilter) =>
  (bind: Bind) => {
    const where: string[] = [];
    if (song !== undefined) where.push(`song = ${bind(song)}`);
    if (artist !== undefined) where.push(`artist = ${bind(artist)}`);
    if (year !== undefined) {
      const given = bind(year);
      // The index finds them; those without a year may be among them.
      where.push(`${YEAR_OR_LAST} = ${given}`, `year = ${given}`);
    }
    if (q !== undefined) where.push(containsText(['song', 'artist'], bind(q)));
    return where;
  };

/** Tells songs apart as the database does; no text holds NUL. */
const pairOf = ({ song, artist }: SongCreate) => `${song}\0${artist}`;

/** The songs of the catalogue. */
export class SongsRepository {
  readonly #database: Queryable;
  readonly #lists: Queryable;
  /** One page of songs. */
  readonly list: Runner<SongQuery, Page<Song>>;
  readonly #count: Runner<SongFilter, number>;
  /** The song with this id; undefined when there is none. */
  readonly find: Runner<number, SongRow | undefined>;
  /** Adds a song; undefined when there is one with this title by this artist. */
  readonly create: Runner<SongCreate, SongRow | undefined>;
  /** Writes to a song; fails with a UniqueViolation when another one has its title and artist. */
  readonly update: Runner<SongWrite, WriteOutcome<SongRow>>;
  readonly delete: Runner<ConditionalWrite, WriteOutcome<{ id: number }>>;

  constructor({ main, lists }: RepositoryDatabases, batching: Batching) {
    this.#database = main;
    this.#lists = lists;
    this.list = batching.sameOnce(
      'songs.list',
      (query) => this.#list(query),
      ({ q }) => (q === undefined ? 'lists' : 'searches'),
    );
    this.#count = batching.sameOnce(
      'songs.count',
      (filter) => countRows(this.#lists, listing, conditions(filter)),
      () => 'counts',
    );
    this.find = batching.together('songs.find', (ids) => this.#findAll(ids), { keyOf: (id) => id });
    this.create = batching.together('songs.create', (songs) => this.#createAll(songs));
    this.update = batching.together(
      'songs.update',
      (writes: readonly SongWrite[]) => this.#updateAll(writes),
      onePerRow,
    );
    this.delete = batching.together('songs.delete', (writes) => this.#deleteAll(writes), onePerRow);
  }

  /** How many songs meet the filters of a query, on all pages. */
  count({ song, artist, year, q }: SongQuery, caller?: Caller): Promise<number> {
    return this.#count({ song, artist, year, q }, caller);
  }

  #list(query: SongQuery): Promise<Page<Song>> {
    return readPage(this.#lists, listing, { ...query, where: conditions(query) });
  }

  async #findAll(ids: readonly number[]): Promise<(SongRow | undefined)[]> {
    const { rows } = await this.#database.query<SongRow>({
      text: `SELECT ${COLUMNS} FROM songs WHERE id = ANY ($1)`,
      values: [ids],
    });
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id));
  }

  /**
   * Inserts the songs that do not exist; the first of a set of duplicates wins. It looks before it inserts, because
   * each conflict uses up an id; the conflict clause is for others that insert the same song meanwhile. All inserts
   * are in the same order, so that no two wait for each other. The subquery with a limit looks up one song after the
   * other in the index: PostgreSQL cannot turn it into a join that reads the whole table, however small the table was
   * when the statement was planned.
   */
  async #createAll(songs: readonly SongCreate[]): Promise<(SongRow | undefined)[]> {
    const firsts = new Map(songs.toReversed().map((song) => [pairOf(song), song]));
    const ordered = [...firsts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, song]) => song);
    const { rows } = await this.#database.query<SongRow>({
      text: `
        INSERT INTO songs (song, artist, year)
        SELECT song, artist, year FROM unnest($1::text[], $2::text[], $3::integer[]) AS new (song, artist, year)
        LEFT JOIN LATERAL (
          SELECT true AS is_there FROM songs WHERE songs.song = new.song AND songs.artist = new.artist LIMIT 1
        ) AS existing ON true
        WHERE is_there IS NULL
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

  /** Writes those fields that the patches hold. */
  #updateAll(writes: readonly SongWrite[]): Promise<WriteOutcome<SongRow>[]> {
    return runConditionalWrites(this.#database, 'songs', writes, {
      text: `
        UPDATE songs SET
          song = coalesce(new_song, song),
          artist = coalesce(new_artist, artist),
          year = CASE WHEN sets_year THEN new_year ELSE year END,
          version = gen_random_uuid()
        FROM matching
        JOIN unnest($1, $4::text[], $5::text[], $6::boolean[], $7::integer[])
          AS new (new_id, new_song, new_artist, sets_year, new_year) ON new_id = match_id
        WHERE id = match_id
        RETURNING ${COLUMNS}`,
      values: [
        writes.map(({ patch }) => patch.song),
        writes.map(({ patch }) => patch.artist),
        writes.map(({ patch }) => patch.year !== undefined),
        writes.map(({ patch }) => patch.year),
      ],
    });
  }

  #deleteAll(writes: readonly ConditionalWrite[]): Promise<WriteOutcome<{ id: number }>[]> {
    return runConditionalWrites(this.#database, 'songs', writes, {
      text: 'DELETE FROM songs USING matching WHERE id = match_id RETURNING id',
    });
  }
}
