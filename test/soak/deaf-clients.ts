import { connect, type Socket } from 'node:net';

/** Clients at a time. */
const MAX_DEAF = 5;

/** Clients of the live feed that never read. */
export class DeafClients {
  readonly #sockets: Socket[] = [];

  /** One more; of too many the oldest hangs up. */
  add(pageUrl: string): void {
    const { hostname, port } = new URL(pageUrl);
    const socket = connect({ host: hostname, port: Number(port) }).on('error', () => {});
    socket.pause();
    const handshake = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const lines = ['GET /ws?after=0 HTTP/1.1', `Host: ${hostname}:${port}`, ...handshake];
    socket.write([...lines, 'Sec-WebSocket-Key: c29ha3NvYWtzb2Frc29haw==', '', ''].join('\r\n'));
    this.#sockets.push(socket);
    if (this.#sockets.length > MAX_DEAF) this.#sockets.shift()!.destroy();
  }

  hangUp(): void {
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }
}
