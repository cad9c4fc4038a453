import pg from 'pg';

/** Runs a statement, like the `query` of a `pg` client. */
export type Query = (text: string, values?: unknown[]) => Promise<{ rows: object[] }>;

/** A row, as responses must show it. */
export interface Song {
  id: number;
  song: string;
  artist: string;
  year: number | null;
  createdAt: string;
}
export interface Task {
  id: number;
  title: string;
  description: string;
  done: boolean;
  createdAt: string;
  updatedAt: string;
}

/** PostgreSQL formats the instants: they do not depend on a driver. */
const instant = (column: string, name: string) =>
  `to_char((${column}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "${name}"`;
const songColumns = `id, song, artist, year, ${instant('created_at', 'createdAt')}`;
const taskColumns = `id, title, description, done, ${instant('created_at', 'createdAt')}, ${instant('updated_at', 'updatedAt')}`;

const songsWith = 'FROM songs WHERE position($1 IN song) > 0 OR position($1 IN artist) > 0';
const tasksWith = 'FROM tasks WHERE position($1 IN title) > 0 OR position($1 IN description) > 0';

/** The tables of the database, without the peer. A *token* is a text that only the rows of one check contain. */
export class Tables {
  readonly query: Query;

  constructor(query: Query) {
    this.query = query;
  }

  async #rows<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    const { rows } = await this.query(text, values);
    return rows as Row[];
  }

  /** Sorted by id. */
  songsWith(token: string): Promise<Song[]> {
    return this.#rows(`SELECT ${songColumns} ${songsWith} ORDER BY id`, [token]);
  }

  tasksWith(token: string): Promise<Task[]> {
    return this.#rows(`SELECT ${taskColumns} ${tasksWith} ORDER BY id`, [token]);
  }

  /** The first rows of the table, sorted by id. */
  firstSongs(limit: number): Promise<Song[]> {
    return this.#rows(`SELECT ${songColumns} FROM songs ORDER BY id LIMIT $1`, [limit]);
  }

  firstTasks(limit: number, done?: boolean): Promise<Task[]> {
    const filter = done === undefined ? '' : `WHERE done = ${done}`;
    return this.#rows(`SELECT ${taskColumns} FROM tasks ${filter} ORDER BY id LIMIT $1`, [limit]);
  }

  songsOfYear(year: number, limit: number): Promise<Song[]> {
    return this.#rows(`SELECT ${songColumns} FROM songs WHERE year = $1 ORDER BY id LIMIT $2`, [year, limit]);
  }

  async task(id: number): Promise<Task | undefined> {
    const [row] = await this.#rows<Task>(`SELECT ${taskColumns} FROM tasks WHERE id = $1`, [id]);
    return row;
  }

  async versionOfTask(id: number): Promise<string | undefined> {
    const [row] = await this.#rows<{ version: string }>('SELECT version FROM tasks WHERE id = $1', [id]);
    return row?.version;
  }

  async addSong(song: string, artist: string, year: number | null = null): Promise<Song> {
    const rows = await this.#rows<Song>(
      `INSERT INTO songs (song, artist, year) VALUES ($1, $2, $3) RETURNING ${songColumns}`,
      [song, artist, year],
    );
    return only(rows);
  }

  async addTask(title: string, description = '', done = false): Promise<Task> {
    const rows = await this.#rows<Task>(
      `INSERT INTO tasks (title, description, done, internal_note) VALUES ($1, $2, $3, 'not for clients')
       RETURNING ${taskColumns}`,
      [title, description, done],
    );
    return only(rows);
  }

  /** Adds many songs, then updates the first: the order on disk differs from the order of ids. */
  async addSongs(total: number, artist: string, year: number | null = null): Promise<Song[]> {
    await this.query(
      'INSERT INTO songs (song, artist, year) SELECT lpad((1000 - n)::text, 4), $2, $3 FROM generate_series(1, $1::integer) AS n',
      [total, artist, year],
    );
    await this.query(
      'UPDATE songs SET song = song WHERE id = (SELECT min(id) FROM songs WHERE artist = $1)',
      [artist],
    );
    return this.songsWith(artist);
  }

  async addTasks(total: number, token: string): Promise<Task[]> {
    await this.query(
      `INSERT INTO tasks (title, description, done)
       SELECT (1000 - n)::text, $2, n % 2 = 0 FROM generate_series(1, $1::integer) AS n`,
      [total, token],
    );
    await this.query(
      'UPDATE tasks SET done = done WHERE id = (SELECT min(id) FROM tasks WHERE description = $1)',
      [token],
    );
    return this.tasksWith(token);
  }

  /** The id of a deleted row. */
  async formerId(table: 'songs' | 'tasks'): Promise<number> {
    const { id } =
      table === 'songs' ? await this.addSong('former', String(Math.random())) : await this.addTask('former');
    await this.query(`DELETE FROM ${table} WHERE id = $1`, [id]);
    return id;
  }

  /** Removes the rows with the token. */
  async sweep(token: string): Promise<void> {
    await this.query(`DELETE ${songsWith}`, [token]);
    await this.query(`DELETE ${tasksWith}`, [token]);
  }

  /** The number of all rows, and the counted number of tasks. */
  async totals(): Promise<{ songs: number; tasks: number; countedTasks: number }> {
    return only(
      await this.#rows(
        `SELECT (SELECT count(*)::integer FROM songs) AS songs, (SELECT count(*)::integer FROM tasks) AS tasks,
                (SELECT total FROM task_totals) AS "countedTasks"`,
      ),
    );
  }

  /**
   * The current millisecond of the database's clock, formatted as in responses: its start and its end, because instants
   * may be truncated or rounded.
   */
  async now(): Promise<{ from: string; to: string }> {
    const rows = await this.#rows<{ from: string; to: string }>(`
      SELECT ${instant('now', 'from')}, ${instant("now + interval '1 millisecond'", 'to')}
      FROM date_trunc('milliseconds', clock_timestamp()) AS now`);
    return only(rows);
  }

  /** The number of other connections to this database. */
  async otherConnections(): Promise<number> {
    const [row] = await this.#rows<{ total: number }>(
      `SELECT count(*)::integer AS total FROM pg_stat_activity
       WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    return row?.total ?? 0;
  }
}

function only<Row>(rows: Row[]): Row {
  const [row] = rows;
  if (!row) throw new Error('The database returned no row.');
  return row;
}

/** Runs a function with the tables of a database, on one connection. */
export async function withTables<Result>(
  databaseUrl: string,
  use: (tables: Tables) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(new Tables((text, values) => client.query(text, values)));
  } finally {
    await client.end();
  }
}
