import { describe, expect, it } from 'vitest';

import { classifyPostgresError, toStoreError } from '../src/index.ts';

/** What pg makes of an answer of the server. */
function serverError(code: string, more: Readonly<Record<string, unknown>> = {}): Error {
  return Object.assign(new Error('something is wrong'), { severity: 'ERROR', code, ...more });
}

/** What node makes of a broken connection. */
function nodeError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code, errno: -1, syscall: 'connect' });
}

describe('an error without severity is never the events’ fault', () => {
  it.each(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'EACCES', 'ENOTFOUND', '22P02'])(
    '%s is an outage',
    (code) => {
      expect(classifyPostgresError(nodeError(code))).toMatchObject({ kind: 'outage', sqlstate: null, line: null });
    },
  );

  it.each([
    ['pg’s own timeout', new Error('Query read timeout')],
    ['a connection that ended', new Error('Connection terminated unexpectedly')],
    ['a pool that waited in vain', new Error('timeout exceeded when trying to connect')],
    ['several addresses refused', new AggregateError([nodeError('ECONNREFUSED'), nodeError('EHOSTUNREACH')])],
    ['a text', 'broken'],
    ['nothing', undefined],
    ['null', null],
    ['an object', { severity: 42, code: '22P02' }],
  ])('%s is an outage', (_name, error) => {
    expect(classifyPostgresError(error)).toMatchObject({ kind: 'outage', sqlstate: null });
  });

  it('tells what each of several addresses answered', () => {
    const { detail } = classifyPostgresError(
      new AggregateError([nodeError('ECONNREFUSED'), nodeError('EHOSTUNREACH')]),
    );
    expect(detail).toBe('connect ECONNREFUSED; connect EHOSTUNREACH');
  });
});

describe('a server’s answer is classified by its SQLSTATE', () => {
  it.each([
    // connection, resources, operator, system, rollback, internal
    ['08000', 'outage'],
    ['08006', 'outage'],
    ['08P01', 'outage'],
    ['53000', 'outage'],
    ['53100', 'outage'],
    ['53200', 'outage'],
    ['53300', 'outage'],
    ['57000', 'outage'],
    ['57P01', 'outage'],
    ['57P02', 'outage'],
    ['57P03', 'outage'],
    ['58000', 'outage'],
    ['58030', 'outage'],
    ['40001', 'outage'],
    ['40P01', 'outage'],
    ['55P03', 'outage'],
    ['25006', 'outage'],
    ['25P03', 'outage'],
    ['XX000', 'outage'],
    ['XX001', 'outage'],
    // too slow
    ['57014', 'too_slow'],
    // a person must act
    ['28000', 'deploy'],
    ['28P01', 'deploy'],
    ['3D000', 'deploy'],
    ['3F000', 'deploy'],
    ['42501', 'deploy'],
    ['42703', 'deploy'],
    ['42P01', 'deploy'],
    ['0A000', 'deploy'],
    ['P0001', 'deploy'],
    // an event
    ['22001', 'poison'],
    ['22003', 'poison'],
    ['22008', 'poison'],
    ['22021', 'poison'],
    ['22P02', 'poison'],
    ['22P04', 'poison'],
    ['22P05', 'poison'],
    ['23502', 'poison'],
    ['23503', 'poison'],
    ['21000', 'poison'],
    ['54000', 'poison'],
    ['54001', 'poison'],
    // a key
    ['23505', 'duplicate'],
    // what nobody thought of
    ['99999', 'outage'],
    ['', 'outage'],
    ['54011', 'outage'],
  ])('%s is %s', (code, kind) => {
    expect(classifyPostgresError(serverError(code)).kind).toBe(kind);
  });

  it('tells a missing or moved partition from a violated check, which share a SQLSTATE', () => {
    const missing = serverError('23514', { routine: 'ExecFindPartition' });
    const moved = serverError('23514', { routine: 'ExecPartitionCheckEmitError' });
    const violated = serverError('23514', { routine: 'ExecConstraints', constraint: 'events_check' });
    const kinds = [missing, moved, violated].map((error) => classifyPostgresError(error).kind);
    expect(kinds).toEqual(['partition', 'partition', 'poison']);
  });
});

describe('what is kept of a server’s words', () => {
  it('names the line and column that COPY was at', () => {
    const error = serverError('22P02', {
      message: 'invalid input syntax for type inet: "secret"',
      where: 'COPY audit_logs, line 7, column ip_address: "secret"',
    });
    expect(classifyPostgresError(error)).toEqual({
      kind: 'poison',
      sqlstate: '22P02',
      detail: 'invalid input syntax for type inet (column ip_address)',
      line: 7,
    });
  });

  it('finds the line below the context of another type', () => {
    const where = 'JSON data, line 1: {"a":\nCOPY audit_logs, line 12, column metadata: "{"a":"';
    expect(classifyPostgresError(serverError('22P02', { where })).line).toBe(12);
  });

  it('has no line when the server speaks another language', () => {
    const where = 'COPY audit_logs, Zeile 7, Spalte ip_address: »x«';
    expect(classifyPostgresError(serverError('22P02', { where })).line).toBeNull();
  });

  it('drops quoted values and control characters, and is short', () => {
    const message = `odd\u001b[2J\r\n${'x'.repeat(500)}: "card 4111"`;
    const { detail } = classifyPostgresError(serverError('22P02', { message }));
    expect(detail).toMatch(/^odd \[2J x+$/);
    expect(detail).toHaveLength(200);
  });
});

it('a StoreError keeps code, SQLSTATE and cause, and passes through unchanged', () => {
  const cause = serverError('57014');
  const error = toStoreError(cause);
  expect(error).toMatchObject({ code: 'too_slow', isRetryable: true, sqlstate: '57014', cause });
  expect(toStoreError(error)).toBe(error);
  expect(toStoreError(serverError('22P02')).isRetryable).toBe(false);
});
