import { connect, createServer, type AddressInfo } from 'node:net';
import { reset } from '../../../lab/wsman/reset';

/** Resets the one connection that it takes; with an argument, while its own end is on the way. */
const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.once('data', () => {
    if (process.argv.length > 2) socket.end();
    process.nextTick(() => process.nextTick(() => reset(socket)));
    server.close();
  });
}).listen(0, '127.0.0.1', () => {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', ({ message }) => process.stdout.write(message));
  client.resume().write('x');
});
