import { Module } from '@nestjs/common';
import { DatabaseModule } from './database.module.js';
import { HealthController } from './health.controller.js';
import { SongsModule } from './songs/songs.module.js';
import { TasksModule } from './tasks/tasks.module.js';

@Module({
  imports: [DatabaseModule, SongsModule, TasksModule],
  controllers: [HealthController],
})
export class AppModule {}
