import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DeadLetter, encodeDeadLetter, toDeadLetter, type DeadLetterFacts } from '../src/index.ts';

const FACTS: Omit<DeadLetterFacts, 'raw'> = {
  id: null,
  reason: 'undecodable',
  detail: 'no JSON',
  attempts: 1,
  firstAt: new Date('2026-11-21T10:00:00Z'),
  lastAt: new Date('2026-11-21T10:00:01Z'),
  worker: 'worker-1',
};

describe('a dead letter', () => {
  test('keeps the raw entry, and is named by its hash when it has no id', () => {
    const raw = '<html>é</html>';
    const letter = toDeadLetter({ ...FACTS, raw: Buffer.from(raw) });
    expect(letter).toMatchObject({ raw, sqlstate: null, first_at: '2026-11-21T10:00:00.000Z' });
    expect(letter.id).toBe(`sha256:${createHash('sha256').update(raw).digest('hex')}`);
    expect(toDeadLetter({ ...FACTS, raw }).id).toBe(letter.id);
  });

  test('keeps bytes that are no UTF-8 in base64', () => {
    const raw = Buffer.from([0xff, 0x00, 0x7b]);
    const letter = toDeadLetter({ ...FACTS, raw, id: 'known', sqlstate: '22P05' });
    expect(letter).toMatchObject({ id: 'known', sqlstate: '22P05', raw_base64: raw.toString('base64') });
    expect('raw' in letter).toBe(false);
  });

  test('is one line that its schema reads back', () => {
    const letter = toDeadLetter({ ...FACTS, raw: 'a\nb\ud800', detail: `\ud800${'x'.repeat(5000)}` });
    const line = encodeDeadLetter(letter);
    expect(line).not.toContain('\n');
    expect(DeadLetter.parse(JSON.parse(line))).toEqual(letter);
    expect(letter.detail.length).toBeLessThanOrEqual(1000);
  });
});
