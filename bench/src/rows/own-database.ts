import { migrate } from '@auditlane/store';
import { connectPostgres } from '../servers/postgres-client.ts';

/** A migrated database of its own on the server of `url`: dropped with its block, and its disk space is free at once. */
export async function openOwnDatabase(url: string, name: string): Promise<AsyncDisposable & { readonly url: string }> {
  const statement = async (text: string): Promise<void> => {
    await using client = await connectPostgres(url);
    await client.query(text);
  };
  await statement(`drop database if exists ${name} with (force)`);
  await statement(`create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  await migrate(own.href, {});
  return {
    url: own.href,
    [Symbol.asyncDispose]: () => statement(`drop database if exists ${name} with (force)`),
  };
}
