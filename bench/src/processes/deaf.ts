import { createSocket } from 'node:dgram';

// A StatsD server that costs nothing: what it is sent stays with the operating system, which drops what is too much. It
// ends with the process that has started it.
const LONGEST_MILLIS = 600_000;

const socket = createSocket('udp4');
socket.bind(0, '127.0.0.1', () => {
  process.send?.(socket.address().port, () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, LONGEST_MILLIS);
    process.exit();
  });
});
