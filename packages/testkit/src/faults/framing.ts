/** Complete requests at the front of `bytes`, and what is left of an incomplete one. */
export interface Framed {
  readonly requests: readonly Buffer[];
  readonly rest: Buffer;
}

/** Tells where requests of a protocol end. */
export type Framing = (bytes: Buffer) => Framed;

const NEWLINE = Buffer.from('\r\n');

/** Index behind the line that begins at `from` and its value after the type byte; null when the line is incomplete. */
function readLine(bytes: Buffer, from: number): { readonly value: number; readonly next: number } | null {
  const end = bytes.indexOf(NEWLINE, from);
  return end === -1 ? null : { value: Number(bytes.toString('latin1', from + 1, end)), next: end + 2 };
}

/** Index behind the command that begins at `from`; null when it is incomplete. */
function findCommandEnd(bytes: Buffer, from: number): number | null {
  const head = readLine(bytes, from);
  if (head === null) return null;
  let at = head.next;
  // An inline command is one line.
  if (bytes[from] !== 0x2a) return at;
  for (let part = 0; part < head.value; part += 1) {
    const length = readLine(bytes, at);
    if (length === null) return null;
    at = length.next + length.value + 2;
    if (at > bytes.length) return null;
  }
  return at;
}

/** Commands as Redis clients send them (RESP arrays of bulk strings). */
export function frameRedis(bytes: Buffer): Framed {
  const requests: Buffer[] = [];
  let from = 0;
  for (;;) {
    const end = from < bytes.length ? findCommandEnd(bytes, from) : null;
    if (end === null) return { requests, rest: bytes.subarray(from) };
    requests.push(bytes.subarray(from, end));
    from = end;
  }
}

/** Messages of a Postgres client, behind its start-up packets (which carry no type and are one request each). */
export function createPostgresFraming(): Framing {
  let isStarted = false;
  return (bytes) => {
    const requests: Buffer[] = [];
    let from = 0;
    for (;;) {
      const lengthAt = isStarted ? from + 1 : from;
      const end = lengthAt + 4 <= bytes.length ? lengthAt + bytes.readUInt32BE(lengthAt) : Infinity;
      if (end > bytes.length) return { requests, rest: bytes.subarray(from) };
      // SSLRequest (8 bytes) is answered by one byte and followed by the real start-up packet.
      if (!isStarted && end - from > 8) isStarted = true;
      requests.push(bytes.subarray(from, end));
      from = end;
    }
  };
}
