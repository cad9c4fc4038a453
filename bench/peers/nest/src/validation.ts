import { UnprocessableEntityException, ValidationPipe } from '@nestjs/common';
import { Matches } from 'class-validator';

/** Text without NUL, which PostgreSQL cannot store. */
export const WithoutNul = () => Matches(/^[^\0]*$/, { message: '$property must not contain NUL' });

/** Strict validation: rejects unknown members, and only converts values with `@Type` in a DTO. */
export const createValidationPipe = () =>
  new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    exceptionFactory: (errors) =>
      new UnprocessableEntityException('Request validation failed', {
        cause: errors.map(({ property, constraints }) => ({ property, constraints })),
      }),
  });
