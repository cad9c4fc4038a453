// The upper limit of this machine: bare `node:http` with the response of Setlist's GET /health.
import { createServer } from 'node:http';

const body = Buffer.from('{"status":"ok"}');
const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length };

const server = createServer((_request, response) => {
  response.writeHead(200, headers).end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  process.stdout.write(`The static server listens on http://127.0.0.1:${address.port}\n`);
});
