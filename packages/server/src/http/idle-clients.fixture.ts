import { connect } from 'node:net';

// Opens so many connections, sends one request on each, and keeps them; says how many were answered.
const [port, count] = process.argv.slice(2).map(Number);
let answered = 0;
for (let n = 0; n < (count ?? 0); n++) {
  await new Promise<void>((resolve) => {
    const socket = connect(port ?? 0, '127.0.0.1', () => {
      socket.write('GET /_daypass/health HTTP/1.1\r\nhost: x\r\n\r\n');
    });
    socket.once('data', () => {
      answered++;
      resolve();
    });
    socket.once('error', () => resolve());
  });
}
process.send?.(answered);
