import { once } from 'node:events';
import { connect } from 'node:net';
import type { Answer } from './contract.ts';

/** Sends bytes as they are and gives what comes back until the connection is closed. */
export async function rawExchange(port: number, bytes: string): Promise<Answer> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => (text += chunk));
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [start = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => line.toLowerCase().split(': ', 2)));
  return { status: Number(start.split(' ')[1]), headers, text: body };
}
