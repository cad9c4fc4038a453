import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @returns {string | undefined} The path of the browser: `BROWSER_PATH`, or the first one on the `PATH`. */
export function findBrowser(environment = process.env) {
  const { BROWSER_PATH: given, PATH: path = '' } = environment;
  if (given) return isExecutable(given) ? given : undefined;
  return path
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find(isExecutable);
}

function isExecutable(/** @type {string} */ file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
