// The official JavaScript client, unmodified, driven over standard input and told of over standard output, a JSON object a line.
// Arguments: the server's address, and the options that the client is given.

import { createInterface } from 'node:readline';
import { io } from 'socket.io-client';

const [url, given] = process.argv.slice(2);
const options = JSON.parse(given);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const socket = io(url, options);
socket.io.on('open', () => {
  const { engine } = socket.io;
  say({ open: engine.transport.name });
  engine.on('upgrade', (transport) => say({ upgrade: transport.name }));
});
socket.on('connect', () => say({ connect: socket.id }));
socket.on('connect_error', (error) => say({ connect_error: error.message }));
socket.on('disconnect', (reason) => say({ disconnect: reason }));
socket.onAny((event, ...args) => say({ event, data: args[0] }));

createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const wish = JSON.parse(line);
    if (wish.ask) socket.emit(wish.ask, wish.data, (answer) => say({ answer }));
    else if (wish.emit) socket.emit(wish.emit, wish.data);
    else if (wish.get) {
      const reply = await fetch(url + wish.get, { headers: { authorization: `Bearer ${options.auth.token}` } });
      say({ got: await reply.json() });
    }
  })
  .on('close', () => socket.close());
