import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { checkAnswer } from '../support/contract.ts';
import { rawExchange } from '../support/raw-exchange.ts';
import { startWithoutDatabase } from '../support/service.ts';

const { app } = await startWithoutDatabase(t);
await app.listen({ port: 0, host: '127.0.0.1' });
const { port } = new URL(app.listeningOrigin);

t.test('what is not HTTP gets an error like every other', async (t) => {
  for (const [bytes, status, code] of [
    ['nonsense\r\n\r\n', 400, 'malformed_request'],
    ['GET /songs HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n', 400, 'malformed_request'],
    [
      'POST /songs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n',
      400,
      'malformed_request',
    ],
    ['BREW /songs HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'malformed_request'],
    [`GET /songs HTTP/1.1\r\nhost: x\r\ncookie: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ] as const) {
    const answer = await rawExchange(Number(port), bytes);
    t.equal(answer.status, status, bytes.slice(0, 30));
    t.match(JSON.parse(answer.text), { code });
    t.equal(answer.headers.connection, 'close');
    checkAnswer('GET', '/nowhere', answer);
  }
});

t.test('a client that goes away is let go', async (t) => {
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('POST /songs HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{');
  await once(socket, 'connect');
  socket.resetAndDestroy();
  t.equal((await app.inject('/health')).statusCode, 200);
});
