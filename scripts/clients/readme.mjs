import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './catalogue.mjs';
import { runCommand } from './commands.mjs';

const SECTION = /^## Generate a client\n([\s\S]*?)(?=^## )/m;
const CODE = /^```(\w+)\n([\s\S]*?)^```/gm;

/** Commands that fail if the generated client is not usable, by language. The line in the README ends with the language. */
const proofs = {
  TypeScript: [
    process.execPath,
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    ...['--noEmit', '--strict', '--ignoreConfig', 'setlist.ts'],
  ],
  Python: ['.venv/bin/python', '-c', 'from setlist_client.models import Song, ApiError'],
};

/**
 * Runs each command of the section "Generate a client" of README.md, in a new folder that contains openapi.json, and
 * checks its result.
 *
 * @returns {Promise<{ name: string, ok: boolean, output: string, ms: number }[]>}
 */
export async function runReadmeCommands() {
  const section = SECTION.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
  const commands = [...section.matchAll(CODE)]
    .filter(([, language]) => language === 'sh')
    .flatMap(([, , text = '']) => text.trim().replaceAll('\\\n', '').split('\n'));
  const results = [];
  for (const [language, proof] of Object.entries(proofs)) {
    const command = commands.find((line) => line.endsWith(`# ${language}`));
    const folder = mkdtempSync(join(tmpdir(), 'setlist-readme-'));
    copyFileSync(join(root, 'openapi.json'), join(folder, 'openapi.json'));
    const options = { cwd: folder, env: { npm_config_yes: 'true' } };
    const made = command
      ? await runCommand(['sh', '-e', '-c', command], options)
      : { ok: false, output: 'README.md has no such command', ms: 0 };
    const proved = made.ok ? await runCommand(proof, options) : undefined;
    results.push({
      name: `README, ${language}`,
      ok: proved?.ok ?? false,
      output: made.output + (proved?.output ?? ''),
      ms: made.ms + (proved?.ms ?? 0),
    });
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}
