// The open-loop generator, in a process of its own: reads what it is to send from standard input, and writes what it
// saw to standard output, both JSON.
import { text } from 'node:stream/consumers';
import { runOpenLoop } from './open-loop.ts';

const result = await runOpenLoop(JSON.parse(await text(process.stdin)));
process.stdout.write(JSON.stringify(result));
