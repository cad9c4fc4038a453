/** A setting that prevents startup. The message names the variable and contains no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** The message without the name of the variable. */
  readonly problem: string;

  constructor(variable: string, problem: string, options?: ErrorOptions) {
    super(`${variable} ${problem}`, options);
    this.problem = problem;
  }
}

/** The same error of another variable; any other error is not changed. */
export const renamed = (error: unknown, variable: string): unknown =>
  error instanceof ConfigError ? new ConfigError(variable, error.problem, { cause: error }) : error;
