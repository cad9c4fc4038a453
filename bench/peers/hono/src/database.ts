import pg from 'pg';

export function createPool(max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max });
  pool.on('error', (error) => console.error('Idle connection lost:', error.message));
  return pool;
}
