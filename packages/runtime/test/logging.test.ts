import { expect, test } from 'vitest';
import { createLogger, createRateLimitedLog, redactSecrets } from '../src/index.ts';

function capture() {
  const lines: string[] = [];
  return { lines, logger: createLogger({ name: 'test', sink: { write: (line) => lines.push(line) } }) };
}

test('a record is one line of JSON with a level word, the name and an ISO time, whatever the text holds', () => {
  const { lines, logger } = capture();
  logger.info({ text: 'a\r\n{"level":"fatal"}\u001b[31m' }, 'said');
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toMatch(/\p{Cc}/u);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    name: 'test',
    msg: 'said',
    time: expect.stringMatching(/^\d{4}-.*Z$/u),
  });
});

test('passwords are gone wherever they hide: message, field, nested error, stack', () => {
  const { lines, logger } = capture();
  const cause = new Error('connect redis://default:hunter2@10.0.0.1:6379 refused');
  logger.error(
    {
      err: new Error('postgres://app:hun@ter/2@db:5432/x', { cause }),
      url: 'https://u:hunter2@host/a@b',
      authorization: 'Bearer hunter2',
    },
    'to rediss://:hunter2@h',
  );
  const text = lines.join('');
  expect(text).not.toMatch(/hunter2|ter\/2/u);
  expect(text).toContain('@db:5432/x');
  expect(text).toContain('@host/a@b');
  expect(() => JSON.parse(text)).not.toThrow();
});

test('a line without secrets is left as it is', () => {
  const line = '{"url":"https://example.com/a?mail=x@y.z","password_reset":true}';
  expect(redactSecrets(line)).toBe(line);
});

test('one condition is said at most once per interval, and the next line counts what was kept silent', () => {
  const { lines, logger } = capture();
  let now = 0;
  const log = createRateLimitedLog(logger, { intervalMs: 10_000, clock: () => now });
  expect(log.warn('full', { depth: 1 }, 'queue full')).toBe(true);
  expect(log.warn('full', { depth: 2 }, 'queue full')).toBe(false);
  expect(log.warn('other', {}, 'something else')).toBe(true);
  now = 9999;
  expect(log.warn('full', { depth: 3 }, 'queue full')).toBe(false);
  now = 10_000;
  expect(log.warn('full', { depth: 4 }, 'queue full')).toBe(true);
  expect(JSON.parse(lines[2] ?? '')).toMatchObject({ depth: 4, repeated: 2 });
});
