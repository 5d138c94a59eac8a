import { expect, test } from 'vitest';
import { toDeadLetterLines, toDeadLetters } from '../src/storing/dead-letters.ts';

const FIRST_MS = Date.parse('2026-11-20T00:00:00.000Z');
const REJECTED = { raw: Buffer.from('x'), id: 'd1', reason: 'undecodable', sqlstate: null, detail: 'no JSON' } as const;

function lineOf(redrives: Parameters<typeof toDeadLetterLines>[1]): unknown {
  const letters = toDeadLetters([REJECTED], { worker: 'w', attempt: 1, firstMs: FIRST_MS, nowMs: FIRST_MS + 5 });
  return JSON.parse(toDeadLetterLines(letters, redrives)[0]?.line ?? '');
}

test('a letter that was redriven keeps the time of its first failure and goes on counting', () => {
  const firstMs = FIRST_MS - 86_400_000;
  expect(lineOf(new Map([['d1', { times: 2, firstMs, mark: null }]]))).toMatchObject({
    attempts: 3,
    first_at: '2026-11-19T00:00:00.000Z',
    last_at: '2026-11-20T00:00:00.005Z',
  });
});

test.each([null, FIRST_MS + 1, 999_999_999_999_999])('a first failure of %j leaves the letter its own', (firstMs) => {
  const first_at = '2026-11-20T00:00:00.000Z';
  expect(lineOf(new Map([['d1', { times: 1, firstMs, mark: null }]]))).toMatchObject({ attempts: 2, first_at });
  expect(lineOf(new Map())).toMatchObject({ attempts: 1, first_at });
});
