import { describe, expect, test } from 'vitest';
import { parseBytes } from '../demo/parse-bytes.ts';
import { toBytes } from '../demo/send-request.ts';

describe('reading the bytes of a request', () => {
  test('gives back method, target, headers and body', () => {
    const bytes = toBytes({ id: 'a', method: 'POST', uri: '/a?b=c', headers: { Host: 'h', 'X-A': ' 1 ' }, data: 'ü' });
    expect(parseBytes(bytes)).toEqual({
      method: 'POST',
      url: '/a?b=c',
      httpVersion: '1.1',
      headers: { host: 'h', 'x-a': '1', 'content-length': '2' },
      body: 'ü',
    });
  });

  test('joins repeated headers as Node documents it', () => {
    const head =
      'GET / HTTP/1.1\r\nCookie: a\r\ncookie: b\r\nAccept: x\r\naccept: y\r\nReferer: 1\r\nreferer: 2\r\n\r\n';
    expect(parseBytes(Buffer.from(head)).headers).toEqual({ cookie: 'a; b', accept: 'x, y', referer: '1' });
  });

  test('puts chunks together', () => {
    const bytes = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';
    expect(parseBytes(Buffer.from(bytes)).body).toBe('abcde');
  });
});
