import { once } from 'node:events';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import { startService } from '../support/service.ts';

const { app } = await startService(t);
await app.listen({ port: 0, host: '127.0.0.1' });
const { port } = new URL(app.listeningOrigin);

/** Moves the clock of the process forward, until the end of the test. */
function passTime(t: Test, milliseconds: number): void {
  const { now } = performance;
  performance.now = () => now.call(performance) + milliseconds;
  t.teardown(() => {
    performance.now = now;
  });
}

/** Sends the head of a request and a part of its body. */
async function begin(path: string, type: string) {
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: ${type}\r\ncontent-length: 100\r\n\r\nsong`,
  );
  await once(app.server, 'request');
  return socket;
}

t.test('a body has 30 seconds, the body of an import an hour', async (t) => {
  const [json, csv] = [await begin('/songs', 'application/json'), await begin('/songs/import', 'text/csv')];
  passTime(t, 31_000);
  const [response] = await once(json.setEncoding('utf8'), 'data');
  t.match(response, /^HTTP\/1.1 408 /);
  t.match(response, '"request_timeout"');
  t.equal(csv.bytesRead, 0);
  passTime(t, 3_601_000);
  const [late] = await once(csv.setEncoding('utf8'), 'data');
  t.match(late, /^HTTP\/1.1 408 /);
});
