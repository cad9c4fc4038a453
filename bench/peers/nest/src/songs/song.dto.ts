import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { WithoutNul } from '../validation.js';

export class CreateSongDto {
  @IsString()
  @Length(1, 200)
  @WithoutNul()
  song!: string;

  @IsString()
  @Length(1, 200)
  @WithoutNul()
  artist!: string;

  @IsOptional()
  @IsInt()
  @Min(-2_147_483_648)
  @Max(2_147_483_647)
  year?: number | null;
}

export class ListSongsDto {
  @IsOptional()
  @IsString()
  @Length(1, 200)
  @WithoutNul()
  song?: string;

  @IsOptional()
  @IsString()
  @Length(1, 200)
  @WithoutNul()
  artist?: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(-2_147_483_648)
  @Max(2_147_483_647)
  year?: number;

  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 20;
}
