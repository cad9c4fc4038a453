import { Injectable } from '@nestjs/common';
import { Pool } from 'pg';
import type { ListTasksDto, TaskDto } from './task.dto.js';

export interface Task {
  id: number;
  title: string;
  description: string;
  done: boolean;
  createdAt: Date;
  updatedAt: Date;
}

const columns = 'id, title, description, done, created_at AS "createdAt", updated_at AS "updatedAt"';

@Injectable()
export class TasksService {
  constructor(private readonly pool: Pool) {}

  async find(id: number): Promise<Task | undefined> {
    const { rows } = await this.pool.query<Task>({
      name: 'find-task',
      text: `SELECT ${columns} FROM tasks WHERE id = $1`,
      values: [id],
    });
    return rows[0];
  }

  async list({ done, limit }: ListTasksDto): Promise<Task[]> {
    const isFiltered = done !== undefined;
    const { rows } = await this.pool.query<Task>({
      name: isFiltered ? 'list-tasks done' : 'list-tasks',
      text: `SELECT ${columns} FROM tasks ${isFiltered ? 'WHERE done = $2' : ''} ORDER BY id LIMIT $1`,
      values: isFiltered ? [limit, done] : [limit],
    });
    return rows;
  }

  async create({ title, description, done }: TaskDto): Promise<Task> {
    const { rows } = await this.pool.query<Task>({
      name: 'create-task',
      text: `INSERT INTO tasks (title, description, done) VALUES ($1, $2, $3) RETURNING ${columns}`,
      values: [title, description, done],
    });
    const [task] = rows;
    if (!task) throw new Error('The insert returned no row.');
    return task;
  }

  async replace(id: number, { title, description, done }: TaskDto): Promise<Task | undefined> {
    const { rows } = await this.pool.query<Task>({
      name: 'replace-task',
      text: `UPDATE tasks SET title = $2, description = $3, done = $4, updated_at = now(), version = gen_random_uuid()
             WHERE id = $1 RETURNING ${columns}`,
      values: [id, title, description, done],
    });
    return rows[0];
  }

  async delete(id: number): Promise<boolean> {
    const { rowCount } = await this.pool.query({
      name: 'delete-task',
      text: 'DELETE FROM tasks WHERE id = $1',
      values: [id],
    });
    return rowCount === 1;
  }
}
