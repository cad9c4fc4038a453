import {
  Body,
  ConflictException,
  Controller,
  Get,
  NotFoundException,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { IdDto } from '../id.dto.js';
import { CreateSongDto, ListSongsDto } from './song.dto.js';
import { type Song, SongsService } from './songs.service.js';

@Controller('songs')
export class SongsController {
  constructor(private readonly songs: SongsService) {}

  @Get()
  list(@Query() query: ListSongsDto): Promise<Song[]> {
    return this.songs.list(query);
  }

  @Get(':id')
  async find(@Param() { id }: IdDto): Promise<Song> {
    const song = await this.songs.find(id);
    if (!song) throw new NotFoundException('Song not found');
    return song;
  }

  @Post()
  async create(
    @Body() content: CreateSongDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ data: Song }> {
    const song = await this.songs.create(content);
    if (!song) throw new ConflictException('Song already exists');
    reply.header('location', `/songs/${song.id}`);
    return { data: song };
  }
}
