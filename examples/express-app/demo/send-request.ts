import { connect } from 'node:net';

/** A request as an input file gives it: `encoded_request` (base64 of all its bytes) or its parts. */
export interface RequestRecord {
  readonly id: string;
  readonly method: string;
  readonly uri: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly data: string | null;
  readonly encoded_request?: string;
}

/** What came back: the status, and what the application named; null when no answer was readable. */
export interface Answer {
  readonly status: number | null;
  readonly eventId: string | null;
  readonly auditStatus: string | null;
  /** The id that all events of the request share. */
  readonly correlationId: string | null;
}

const ANSWER_DEADLINE_MS = 10_000;
/** After this silence the sending side is closed: Node drops a request whose sender hangs up before the answer. */
const SILENCE_MS = 2_000;

/** The exact bytes of a request: texts as UTF-8, and a Content-Length where a body comes without one. */
export function toBytes(request: RequestRecord): Buffer {
  if (request.encoded_request !== undefined) return Buffer.from(request.encoded_request, 'base64');
  const names = Object.keys(request.headers).map((name) => name.toLowerCase());
  const body = Buffer.from(request.data ?? '', 'utf8');
  const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  if (body.length > 0 && !names.includes('content-length') && !names.includes('transfer-encoding')) {
    lines.push(`Content-Length: ${body.length}`);
  }
  const head = `${request.method} ${request.uri} HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'utf8'), body]);
}

function parseAnswer(text: string): Answer {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  return {
    status: status === undefined ? null : Number(status),
    eventId: /^x-audit-event: ([0-9a-f-]{36})\r$/im.exec(text)?.[1] ?? null,
    auditStatus: /^x-audit-status: (\w+)\r$/im.exec(text)?.[1] ?? null,
    correlationId: /^x-correlation-id: (\S+)\r$/im.exec(text)?.[1] ?? null,
  };
}

/**
 * Sends bytes on a connection of their own and reads until the server closes. When nothing comes back the sending side is
 * closed, so that bytes which leave the server waiting for more end in its answer to a broken request.
 */
export function sendBytes(port: number, bytes: Buffer): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const silence = setTimeout(() => socket.end(), SILENCE_MS);
    socket.setTimeout(ANSWER_DEADLINE_MS, () => socket.destroy());
    socket.on('data', (chunk) => {
      clearTimeout(silence);
      chunks.push(chunk);
    });
    // A reset after the answer is the server's way of refusing the rest; what it said before still counts.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(silence);
      resolve(parseAnswer(Buffer.concat(chunks).toString('latin1')));
    });
  });
}
