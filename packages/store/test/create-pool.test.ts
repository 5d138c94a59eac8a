import { describe, expect, it } from 'vitest';

import { StoreError } from '../src/index.ts';
import { toPoolConfig } from '../src/postgres/create-pool.ts';

const OPTIONS = { applicationName: 'test' } as const;

function optionsOf(url: string | undefined): string | null {
  return new URL(url ?? '').searchParams.get('options');
}

describe('what the driver is told', () => {
  it('limits every wait, in rising order', () => {
    const config = toPoolConfig('postgres://h/db', OPTIONS);
    expect(config).toMatchObject({
      max: 4,
      lock_timeout: 5000,
      statement_timeout: 10_000,
      query_timeout: 12_000,
      connectionTimeoutMillis: 5000,
      idle_in_transaction_session_timeout: 10_000,
      maxLifetimeSeconds: 600,
      keepAlive: true,
      application_name: 'test',
    });
  });

  it('takes the role as a start-up option, beside those of the URL', () => {
    const plain = toPoolConfig('postgres://u:p%40w@h:1/db', { ...OPTIONS, role: 'audit_writer' });
    expect(optionsOf(plain.connectionString)).toBe('-c role=audit_writer');
    expect(plain.connectionString).toContain('u:p%40w@h:1');
    const given = toPoolConfig('postgres://h/db?options=-c%20search_path%3Da', { ...OPTIONS, role: 'audit_writer' });
    expect(optionsOf(given.connectionString)).toBe('-c search_path=a -c role=audit_writer');
  });

  it('lets sslmode of the URL win over the option', () => {
    expect(toPoolConfig('postgres://h/db', { ...OPTIONS, ssl: true }).ssl).toBe(true);
    expect(toPoolConfig('postgres://h/db', { ...OPTIONS, ssl: 'no-verify' }).ssl).toEqual({
      rejectUnauthorized: false,
    });
    expect(toPoolConfig('postgres://h/db?sslmode=disable', { ...OPTIONS, ssl: true })).not.toHaveProperty('ssl');
    expect(toPoolConfig('postgres://h/db', OPTIONS)).not.toHaveProperty('ssl');
  });

  it.each(['', 'localhost:5432', 'mysql://h/db', 'postgres', 'host=h dbname=db'])(
    'refuses %j without repeating it',
    (url) => {
      expect(() => toPoolConfig(url, OPTIONS)).toThrow(StoreError);
      expect(() => toPoolConfig(url, OPTIONS)).toThrow(
        /^the database URL is not of the form postgres:\/\/user:password@host:5432\/name$/,
      );
    },
  );

  it('accepts a socket directory as the host', () => {
    expect(() => toPoolConfig('postgres:///db?host=/run/postgresql', OPTIONS)).not.toThrow();
  });
});
