// A Daypass server on the clock of its client, which says in the Date header of each request what time it is. A process
// of its own, for the client is tested on Nodes that the server does not run on.
import { subscribe } from 'node:diagnostics_channel';
import { startDaypass } from '@daypass/server';

let ahead = 0;
subscribe('http.server.request.start', (message) => {
  const { request } = Object(message);
  const told = Date.parse(request.headers.date);
  if (told) ahead = told - Date.now();
});

const [providerOverrides = '{}'] = process.argv.slice(2);
const { url, rootCredentials, close } = await startDaypass({
  port: 0,
  logLevel: 'silent',
  clock: { now: () => Date.now() + ahead },
  providerOverrides: JSON.parse(providerOverrides),
});
process.once('disconnect', () => void close());
process.send?.({ url, rootCredentials });
