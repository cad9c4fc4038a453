// The open-loop generator as a child process: reads the load from standard input, and writes the result to standard
// output, both as JSON.
import { text } from 'node:stream/consumers';
import { runOpenLoop } from './open-loop.ts';

const result = await runOpenLoop(JSON.parse(await text(process.stdin)));
process.stdout.write(JSON.stringify(result));
