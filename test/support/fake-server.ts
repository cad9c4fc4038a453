// Something that speaks just enough of PostgreSQL's protocol to refuse every client.
import { createServer } from 'node:net';
import type { Test } from 'tap';

/** Starts a server that answers each start-up message with the given SQLSTATE, and gives its port. */
export async function refusingServer(t: Test, sqlstate: string): Promise<number> {
  const fields = Buffer.from(`SFATAL\0C${sqlstate}\0Mno, and the secret is hunter2\0\0`);
  const message = Buffer.concat([Buffer.from('E'), Buffer.alloc(4), fields]);
  message.writeInt32BE(fields.length + 4, 1);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(message));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
