import { Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'pg';

function createPool(): Pool {
  const { DATABASE_URL, POOL_MAX = '10', WORKERS = '1' } = process.env;
  const pool = new Pool({
    connectionString: DATABASE_URL,
    // The processes share the connections evenly.
    max: Math.max(1, Math.floor(Number(POOL_MAX) / Number(WORKERS))),
  });
  pool.on('error', (error) => new Logger('Database').warn(`Idle connection lost: ${error.message}`));
  return pool;
}

@Global()
@Module({
  providers: [{ provide: Pool, useFactory: createPool }],
  exports: [Pool],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(Pool) private readonly pool: Pool) {}

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
