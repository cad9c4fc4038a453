import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Statuses } from './report.ts';

/** The statuses of a service whose database fails, and of a repeated delete. */
const EXPECTED = [201, 204, 404, 503, 'no response'] as const;

/** The acknowledged writes of clients. */
export class Ledger {
  readonly created = new Map<number, string>();
  readonly deleted = new Set<number>();
  readonly statuses = new Statuses();
  /** The longest time without a successful response, and of a request until its response or its end, in milliseconds. */
  longestOutage = 0;
  longestRequest = 0;
  readonly #base: () => string;
  #lastSuccess = performance.now();

  /** @param base The base URL of the service, which changes with a restart. */
  constructor(base: () => string) {
    this.#base = base;
  }

  get acknowledged(): number {
    return this.created.size + this.deleted.size;
  }

  /** Whether every response had a status that a failing database explains. */
  get isExpected(): boolean {
    return this.statuses.areAmong(EXPECTED);
  }

  /**
   * Creates tasks, and deletes a fifth of them; repeats each request until it succeeds, with its key.
   *
   * @param pause The time between two tasks in milliseconds.
   */
  async write(isRunning: () => boolean, pause = 0): Promise<void> {
    for (let index = 0; isRunning(); index++) {
      if (pause > 0) await delay(pause * (0.5 + Math.random()));
      const title = randomUUID();
      const headers = { 'content-type': 'application/json', 'idempotency-key': title };
      const body = JSON.stringify({ title });
      const { id } = JSON.parse(await this.#repeat('/tasks', { method: 'POST', headers, body }));
      this.created.set(id, title);
      if (index % 5 !== 4) continue;
      await this.#repeat(`/tasks/${id}`, { method: 'DELETE' });
      this.deleted.add(id);
    }
  }

  async #repeat(path: string, init: RequestInit): Promise<string> {
    while (true) {
      const start = performance.now();
      const response = await fetch(this.#base() + path, init).catch(() => undefined);
      const text = await response?.text().catch(() => undefined);
      const now = performance.now();
      this.longestRequest = Math.max(this.longestRequest, now - start);
      this.statuses.add(text === undefined ? undefined : response?.status);
      if (text !== undefined && response && response.status < 500) {
        this.longestOutage = Math.max(this.longestOutage, now - this.#lastSuccess);
        this.#lastSuccess = now;
        return text;
      }
      await delay(20);
    }
  }

  /**
   * Counts the acknowledged tasks that are missing or exist after their deletion, and the titles that exist twice.
   *
   * @param tasks All tasks of the database.
   */
  compare(tasks: readonly StoredTask[]): { lost: number; twice: number } {
    const titles = new Map(tasks.map(({ id, title }) => [id, title]));
    const isWrong = ([id, title]: [number, string]) =>
      titles.get(id) !== (this.deleted.has(id) ? undefined : title);
    return {
      lost: [...this.created].filter(isWrong).length,
      twice: tasks.length - new Set(titles.values()).size,
    };
  }
}

/** What the ledger needs of a task. */
export interface StoredTask {
  id: number;
  title: string;
}
