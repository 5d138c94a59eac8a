import { expect, test } from 'vitest';
import { AuditError } from '../src/audit-error.ts';
import { toTarget } from '../src/connections/target.ts';
import { createDropLedger } from '../src/drop-ledger.ts';
import { createProducer } from '../src/producer.ts';
import { createWarnings, toErrorFacts } from '../src/warnings.ts';

test('a producer counts 1, 2, 3… and a number is taken only by an admitted event', () => {
  const producer = createProducer();
  expect(producer.nextSeq).toBe(1);
  expect(producer.nextSeq).toBe(1);
  producer.admit();
  producer.admit();
  expect(producer.nextSeq).toBe(3);
});

test('under another pid a producer takes another name and starts from 1', () => {
  let pid = 100;
  const producer = createProducer(() => pid);
  const { id } = producer;
  producer.admit();
  pid = 101;
  expect(producer.nextSeq).toBe(1);
  expect(producer.id).not.toBe(id);
  expect(createProducer().id).not.toBe(createProducer().id);
});

test('one condition is logged once in ten seconds, with the number of times it was kept quiet', () => {
  let now = 0;
  const lines: unknown[] = [];
  const { warn } = createWarnings({ warn: (facts, message) => lines.push([message, facts]) }, () => now);
  warn('a', { n: 1 });
  warn('a', { n: 2 });
  warn('b');
  now = 10_001;
  warn('a', { n: 3 });
  expect(lines).toEqual([
    ['a', { n: 1 }],
    ['b', {}],
    ['a', { n: 3, suppressed: 1 }],
  ]);
});

test('a logger that throws does not reach the caller', () => {
  const { warn } = createWarnings(
    {
      warn: () => {
        throw new Error('sink is gone');
      },
    },
    () => 0,
  );
  expect(() => warn('a')).not.toThrow();
});

test('what was thrown is described, whatever it was', () => {
  expect(toErrorFacts(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toEqual({
    err: { message: 'x', code: 'ECONNREFUSED' },
  });
  expect(toErrorFacts('text').err.message).toMatch(/not an Error/);
  const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
  revoke();
  for (const odd of [proxy, Object.assign(new Error('x'), { message: { code: 1 } }), Object.create(null), null]) {
    expect(toErrorFacts(odd).err.message).toMatch(/not an Error/);
  }
});

test('drops are taken once, and given back after a failed report', () => {
  const drops = createDropLedger();
  expect(drops.take()).toBeNull();
  drops.add('dropped', 2);
  drops.add('invalid');
  const taken = drops.take();
  expect(taken).toEqual({ dropped: 2, invalid: 1 });
  expect(drops.take()).toBeNull();
  drops.add('dropped');
  drops.giveBack(taken ?? {});
  expect(drops.take()).toEqual({ dropped: 3, invalid: 1 });
});

test('two queues never share a spool, and a changed password does not orphan one', () => {
  const target = toTarget('redis://user:secret@host:6379/0', 'audit:queue');
  expect(toTarget('redis://host', 'audit:queue')).toBe(target);
  expect(toTarget('redis://host/1', 'audit:queue')).not.toBe(target);
  expect(toTarget('redis://other', 'audit:queue')).not.toBe(target);
  expect(toTarget('redis://host', 'audit:other')).not.toBe(target);
});

test('an AuditError of another copy of the package is one, and other errors are none', () => {
  const foreign = Object.defineProperty(new Error('x'), Symbol.for('auditlane.audit-client.error'), { value: true });
  expect(new AuditError('invalid') instanceof AuditError).toBe(true);
  expect(foreign instanceof AuditError).toBe(true);
  expect(new Error('x') instanceof AuditError).toBe(false);
  expect(new AuditError('not_durable').isRetryable).toBe(true);
  expect(new AuditError('invalid').isRetryable).toBe(false);
});
