import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { distance } from 'fastest-levenshtein';
import { ConfigError } from './config-error.ts';

/**
 * Adds the variables of a `.env` file, if it exists, to the given variables, which take precedence.
 *
 * @throws {ConfigError} if the file exists but cannot be read.
 */
export function withEnvFile(
  variables: Readonly<Record<string, string | undefined>>,
  file = '.env',
): Record<string, string | undefined> {
  if (!existsSync(file)) return { ...variables };
  try {
    return { ...parseEnv(readFileSync(file, 'utf8')), ...variables };
  } catch (cause) {
    throw new ConfigError(file, 'cannot be read.', { cause });
  }
}

/**
 * Finds variables that are likely misspelled settings, such as `DATABSE_URL`, `CORS_ORIGIN` and `DATA_DIRECTORY`: their
 * names are close to the name of a setting that is not set.
 */
export function misspelledSettings(
  variables: Readonly<Record<string, string | undefined>>,
  settings: readonly string[],
): { name: string; meant: string }[] {
  const unset = settings.filter((setting) => variables[setting] === undefined);
  return Object.keys(variables).flatMap((name) => {
    if (settings.includes(name)) return [];
    const meant = unset.find((setting) => resembles(name, setting));
    return meant === undefined ? [] : [{ name, meant }];
  });
}

/** Short names such as `PORT` and `HOST` resemble too many others; the first letter is rarely wrong. */
function resembles(name: string, setting: string): boolean {
  if (setting.length < 8 || name[0]?.toUpperCase() !== setting[0]) return false;
  const isLonger = name.startsWith(setting) && /^[A-Z]+$/.test(name.slice(setting.length));
  return isLonger || distance(name.toUpperCase(), setting) <= (setting.length < 10 ? 1 : 2);
}
