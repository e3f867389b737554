import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Keeps a server to so many connections. One that comes takes the place of the one that has been idle for longest: what a client
 * keeps open and does not use shuts nobody out, and is opened again when it is needed. One with a request under way is left alone;
 * when all are, no other is let in.
 */
export function limitConnections(server: Server, max: number): void {
  // The one that has been idle for longest comes first.
  const idle = new Set<Socket>();
  // How many requests are under way: several when a client does not wait for answers (RFC 9112, 9.3.2).
  const busy = new Map<Socket, number>();

  server.on('connection', (socket: Socket) => {
    if (idle.size + busy.size >= max) {
      const [longest = socket] = idle;
      idle.delete(longest);
      longest.destroy();
      if (longest === socket) return;
    }
    idle.add(socket);
    socket.once('close', () => {
      idle.delete(socket);
      busy.delete(socket);
    });
  });

  server.on('request', ({ socket }, response) => {
    idle.delete(socket);
    busy.set(socket, (busy.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const others = (busy.get(socket) ?? 1) - 1;
      if (others > 0) {
        busy.set(socket, others);
        return;
      }
      busy.delete(socket);
      if (!socket.destroyed) idle.add(socket);
    });
  });
}
