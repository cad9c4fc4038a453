import t from 'tap';
import { readOptions } from '../../conformance/options.ts';
import { UsageError } from '../../lib/command.ts';
import { readPeers } from '../../lib/peer-manifest.ts';

const peers = readPeers();
const names = (...args: string[]) => readOptions(args, peers).peers.map(({ name }) => name);

t.test('by default, all peers are checked', async (t) => {
  t.same(
    names(),
    peers.map(({ name }) => name),
  );
  t.same(names('--all'), names());
  t.same(names('setlist-plain', 'setlist'), ['setlist', 'setlist-plain']);
  t.same(names('setlist,setlist-plain'), ['setlist', 'setlist-plain']);
});

t.test('processes and connections have defaults and bounds', async (t) => {
  t.match(readOptions([], peers), { workers: 1, poolMax: 10 });
  t.match(readOptions(['--workers', '4', '--pool-max', '8'], peers), { workers: 4, poolMax: 8 });
  for (const workers of ['0', '-1', '1.5', 'many', '101']) {
    t.throws(() => readOptions([`--workers=${workers}`], peers), UsageError);
  }
});

t.test('invalid arguments are errors with a message', async (t) => {
  t.throws(() => readOptions(['nobody'], peers), {
    message: /^The peer nobody is unknown. Known peers: setlist,/,
  });
  t.throws(() => readOptions(['--all', 'setlist'], peers), UsageError);
  t.throws(() => readOptions(['--fast'], peers), UsageError);
});
