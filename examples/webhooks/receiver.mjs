// Receives the events of a webhook of a Setlist service, and verifies them:
//   WEBHOOK_SECRET=whsec_… node receiver.mjs [PORT]
// Needs the package standardwebhooks 1.
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const [port = '4000'] = process.argv.slice(2);
const webhook = new Webhook(process.env.WEBHOOK_SECRET ?? '');

/** In bytes: events are much smaller. */
const MAX_BODY = 1_000_000;

/** The ids of handled events. A real receiver stores them together with the effect of the event. */
const handled = new Set();

const server = createServer(async (request, response) => {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) return response.writeHead(413).end();
    chunks.push(chunk);
  }
  // The signature is the one of the bytes: parse them after the verification.
  const body = Buffer.concat(chunks).toString();
  try {
    handle(webhook.verify(body, request.headers));
  } catch (error) {
    console.error(`Refused: ${error.message}`);
    return response.writeHead(400).end();
  }
  // At once: a slow receiver should store the event here, and handle it later.
  return response.writeHead(204).end();
});

/** @param {{ id: string, type: string, subject: string }} event */
function handle({ id, type, subject }) {
  // An event can arrive more than once.
  if (handled.has(id)) return;
  handled.add(id);
  console.log(type, subject);
}

server.listen(Number(port), '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}`);
});
