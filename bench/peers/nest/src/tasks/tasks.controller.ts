import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { IdDto } from '../id.dto.js';
import { ListTasksDto, TaskDto } from './task.dto.js';
import { type Task, TasksService } from './tasks.service.js';

@Controller('tasks')
export class TasksController {
  constructor(private readonly tasks: TasksService) {}

  @Get()
  list(@Query() query: ListTasksDto): Promise<Task[]> {
    return this.tasks.list(query);
  }

  @Post()
  async create(@Body() content: TaskDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<Task> {
    const task = await this.tasks.create(content);
    reply.header('location', `/tasks/${task.id}`);
    return task;
  }

  @Get(':id')
  async find(@Param() { id }: IdDto): Promise<Task> {
    const task = await this.tasks.find(id);
    if (!task) throw new NotFoundException('Task not found');
    return task;
  }

  @Put(':id')
  async replace(@Param() { id }: IdDto, @Body() content: TaskDto): Promise<Task> {
    const task = await this.tasks.replace(id, content);
    if (!task) throw new NotFoundException('Task not found');
    return task;
  }

  @Delete(':id')
  @HttpCode(204)
  async delete(@Param() { id }: IdDto): Promise<void> {
    if (!(await this.tasks.delete(id))) throw new NotFoundException('Task not found');
  }
}
