import { connect, type Socket } from 'node:net';

/** One for all sockets: what was read is looked at before the next is read. */
const inbox = Buffer.allocUnsafe(64 * 1024);
const none = Buffer.alloc(0);

/**
 * A client's WebSocket that finds where messages end and does little else: a thousand sockets of a client library keep a core busy
 * by themselves, and what waited for them would count as the server's latency. Knows whole, unmasked frames only, which is what
 * this server sends, text and pings.
 */
export class FrameSocket {
  onMessage: (message: Buffer) => void = () => {};
  /** The beginning of a frame whose end has not come. */
  private rest: Buffer = none;
  private upgraded = () => {};
  private open = false;

  private constructor(private readonly socket: Socket) {}

  static open(port: number): Promise<FrameSocket> {
    return new Promise((resolve, reject) => {
      const onread = {
        buffer: inbox,
        callback: (size: number) => {
          client.read(inbox.subarray(0, size));
          return true;
        },
      };
      const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
      const client: FrameSocket = new FrameSocket(socket);
      client.upgraded = () => resolve(client);
      socket.on('error', reject);
      socket.write(
        'GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
          'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
      );
    });
  }

  send(message: object): void {
    const text = Buffer.from(JSON.stringify(message));
    // Clients have to mask; with zeros the text stays as it is.
    const head = Buffer.from([0x81, 0x80 | 126, text.length >> 8, text.length & 0xff, 0, 0, 0, 0]);
    this.socket.write(Buffer.concat([head, text]));
  }

  /** Sends, and waits for the next message. */
  ask(message: object): Promise<void> {
    return new Promise((resolve) => {
      this.onMessage = () => resolve();
      this.send(message);
    });
  }

  private read(chunk: Buffer): void {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    let at = this.open ? 0 : this.skipHandshake(bytes);
    while (this.open) {
      const begin = at + 2 + lengthBytes(bytes[at + 1] ?? 0);
      if (begin > bytes.length) break;
      const end = begin + payloadLength(bytes, at);
      if (end > bytes.length) break;
      if (bytes[at] === textFrame) this.onMessage(bytes.subarray(begin, end));
      if (bytes[at] === pingFrame) this.socket.write(pong);
      at = end;
    }
    // A copy: the next socket reads into the same buffer.
    this.rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : none;
  }

  private skipHandshake(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return 0;
    this.open = true;
    this.upgraded();
    return end + 4;
  }
}

const textFrame = 0x81;
const pingFrame = 0x89;
const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** Bytes after the second one that tell the payload's length. */
function lengthBytes(second: number): number {
  return second === 126 ? 2 : second === 127 ? 8 : 0;
}

function payloadLength(bytes: Buffer, at: number): number {
  const short = bytes[at + 1] ?? 0;
  if (short === 126) return bytes.readUInt16BE(at + 2);
  return short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
}
