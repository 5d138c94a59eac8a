import { EXIT, type ExitCode } from '@auditlane/runtime';
import { isApiKeyUsable, listApiKeys, type ApiKey } from '@auditlane/store';
import * as z from 'zod';
import { defineCommand } from '../command-line/define-command.ts';
import type { CommandContext } from '../context.ts';
import { toTimeToTheMinute } from '../terminal/quantities.ts';
import { toStyled, type Piece } from '../terminal/styles.ts';

/** `auditlane keys list`. */
export const listKeysCommand = defineCommand({
  path: ['keys', 'list'],
  summary: 'List the API keys, newest first, the revoked and expired ones too.',
  input: z.object({}),
  run: listKeys,
});

async function listKeys({ output, servers, now }: CommandContext): Promise<ExitCode> {
  const keys = await listApiKeys(await servers.pool());
  const at = new Date(now());
  output.json({ keys: keys.map((key) => toJsonKey(key, at)) });
  if (keys.length === 0) {
    output.line('no keys yet: npx auditlane keys create <name> --scopes <list>');
    return EXIT.ok;
  }
  output.table(
    [
      { title: 'id', isId: true },
      { title: 'name', isElastic: true },
      { title: 'scopes', isElastic: true },
      { title: 'state', isElastic: true },
      { title: 'created' },
      { title: 'last used' },
    ],
    keys.map((key) => [
      key.id,
      key.name,
      key.scopes.join(','),
      toState(key, at),
      toDay(key.createdAt),
      key.lastUsedAt === null ? 'never' : toTimeToTheMinute(key.lastUsedAt),
    ]),
  );
  return EXIT.ok;
}

function toState(key: ApiKey, now: Date): Piece {
  if (key.revokedAt !== null) return toStyled(`revoked ${toDay(key.revokedAt)}`, 'dim');
  if (!isApiKeyUsable(key, now))
    return toStyled(`expired ${key.expiresAt === null ? '' : toDay(key.expiresAt)}`, 'dim');
  return key.expiresAt === null ? 'works' : `works until ${toDay(key.expiresAt)}`;
}

function toDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function toJsonKey(key: ApiKey, now: Date): Readonly<Record<string, unknown>> {
  return {
    id: key.id,
    name: key.name,
    scopes: key.scopes,
    is_usable: isApiKeyUsable(key, now),
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
    last_used_at: key.lastUsedAt,
  };
}
