import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Length, Max, MaxLength, Min } from 'class-validator';
import { WithoutNul } from '../validation.js';

export class TaskDto {
  @IsString()
  @Length(1, 200)
  @WithoutNul()
  title!: string;

  @IsString()
  @MaxLength(2000)
  @WithoutNul()
  description: string = '';

  @IsBoolean()
  done: boolean = false;
}

export class ListTasksDto {
  @IsOptional()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  done?: boolean;

  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 20;
}
