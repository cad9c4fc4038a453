import type { PooledDatabase } from '../database/pooled-database.ts';

/** The bodies of imports that run after their response. */
export class Uploads {
  readonly #database: PooledDatabase;

  constructor(database: PooledDatabase) {
    this.#database = database;
  }

  /** Stores the body of a job; it replaces what an earlier request has stored. */
  async store(job: number, pieces: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
    await this.#database.query({ text: 'DELETE FROM job_uploads WHERE job = $1', values: [job] });
    const text = 'INSERT INTO job_uploads (job, number, content) VALUES ($1, $2, $3)';
    let number = 0;
    for await (const piece of pieces) await this.#database.query({ text, values: [job, ++number, piece] });
  }

  /** The stored body of a job, in pieces. */
  async *read(job: number): AsyncGenerator<Uint8Array, void> {
    const text = 'SELECT content FROM job_uploads WHERE job = $1 AND number = $2';
    let content: Uint8Array | undefined;
    let number = 1;
    do {
      const { rows } = await this.#database.query<{ content: Uint8Array }>({ text, values: [job, number++] });
      content = rows[0]?.content;
      if (content) yield content;
    } while (content);
  }
}
