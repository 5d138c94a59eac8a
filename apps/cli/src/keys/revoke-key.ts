import { EXIT, type ExitCode } from '@auditlane/runtime';
import {
  listApiKeys,
  revokeApiKey,
  storeInTransaction,
  toOwnRow,
  withTransaction,
  type ApiKey,
} from '@auditlane/store';
import * as z from 'zod';
import { CliError } from '../command-line/cli-error.ts';
import { defineCommand } from '../command-line/define-command.ts';
import { flag, keyId } from '../command-line/value-kinds.ts';
import type { CommandContext } from '../context.ts';
import type { Operator } from '../operator/operator.ts';
import { PROCESS, toWriter } from '../operator/own-writer.ts';
import { confirm } from '../terminal/confirm.ts';
import { toTimeToTheSecond } from '../terminal/quantities.ts';
import { toStyled } from '../terminal/styles.ts';

const Input = z.object({ id: keyId(), yes: flag() });

/** `auditlane keys revoke`: takes a key back, with the event that tells of it, in one transaction. */
export const revokeKeyCommand = defineCommand({
  path: ['keys', 'revoke'],
  summary: 'Take an API key back, for good.',
  details: [
    'Processes that have seen the key in the last 10 seconds may still accept it for that long. An event (audit.key.revoked) is stored in the same transaction.',
  ],
  arguments: [
    { name: 'id', description: 'Id of the key, as keys list shows it; its first 8 characters or more will do.' },
  ],
  options: { yes: { description: 'Do not ask.' } },
  input: Input,
  run: revokeKey,
});

async function revokeKey(context: CommandContext, { id, yes }: z.output<typeof Input>): Promise<ExitCode> {
  const { output, servers, operator, asker } = context;
  const pool = await servers.pool();
  const [key, ...others] = (await listApiKeys(pool)).filter((known) => known.id.startsWith(id.toLowerCase()));
  if (key === undefined) throw new CliError('failed', `there is no key ${id}: npx auditlane keys list`);
  if (others.length > 0)
    throw new CliError('failed', `${others.length + 1} keys begin with ${id}: type more of the id, or all of it`);
  if (key.revokedAt !== null) throw toRevokedBefore(key.revokedAt);
  await confirm(asker, `Revoke the key "${key.name}" (${key.scopes.join(', ')})? It cannot be undone.`, yes);
  await withTransaction(pool, async (client) => {
    // False when somebody was faster: then their event tells of it.
    if (!(await revokeApiKey(client, key.id))) throw toRevokedBefore(null);
    await storeInTransaction(client, [toEvent(key, operator)], { writer: toWriter() });
  });
  output.json({ id: key.id, name: key.name, is_revoked: true });
  output.line(toStyled('revoked', 'good'), ` the key "${key.name}"; it stops working within 10 seconds`);
  return EXIT.ok;
}

function toEvent({ id, name, scopes, expiresAt }: ApiKey, operator: Operator): ReturnType<typeof toOwnRow> {
  const before = { name, scopes, expires_at: expiresAt?.toISOString() ?? null, is_revoked: false };
  return toOwnRow({
    eventType: 'audit.key.revoked',
    resourceId: id,
    process: PROCESS,
    userId: operator.name,
    description: `${operator.name} revoked the API key "${name}"`,
    metadata: { via: 'cli', before, after: { ...before, is_revoked: true } },
  });
}

function toRevokedBefore(at: Date | null): CliError {
  const when = at === null ? 'by somebody else just now' : `at ${toTimeToTheSecond(at)}`;
  return new CliError('failed', `this key was revoked ${when}`);
}
