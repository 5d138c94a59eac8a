import { ACCESS_SCOPES, EXIT, type ExitCode } from '@auditlane/runtime';
import { createApiKey, storeInTransaction, toOwnRow, withTransaction } from '@auditlane/store';
import * as z from 'zod';
import { CliError } from '../command-line/cli-error.ts';
import { defineCommand } from '../command-line/define-command.ts';
import { futureTime, text } from '../command-line/value-kinds.ts';
import type { CommandContext } from '../context.ts';
import { PROCESS, toWriter } from '../operator/own-writer.ts';
import { toTimeToTheSecond } from '../terminal/quantities.ts';
import { toStyled } from '../terminal/styles.ts';

const SCOPES = ACCESS_SCOPES.join(', ');

const Input = z.object({
  name: text(200).refine((name) => !/\p{Cc}/u.test(name), 'must not contain control characters'),
  scopes: z
    .string(`is missing: a comma-separated list of ${SCOPES}`)
    .transform((list) => [...new Set(list.split(',').map((word) => word.trim()))])
    .pipe(z.array(z.enum(ACCESS_SCOPES, { error: `must be a comma-separated list of ${SCOPES}` })).min(1)),
  expires: futureTime().optional(),
});

/** `auditlane keys create`: a key and the event that tells of it, in one transaction. */
export const createKeyCommand = defineCommand({
  path: ['keys', 'create'],
  summary: 'Create an API key; it is shown once and kept nowhere.',
  details: [
    'The key alone goes to standard output, so that it can be piped into a file or a secret store. An event (audit.key.created) is stored in the same transaction.',
  ],
  arguments: [{ name: 'name', description: 'What the key is for, in words.' }],
  options: {
    scopes: { value: 'list', description: `What it may do: ${SCOPES}, separated by commas.` },
    expires: {
      value: 'when',
      description: 'When it ends to work: 2027-01-31, or a span from now such as 30d; default never.',
    },
  },
  examples: [
    'keys create "ingest of the shop" --scopes ingest --expires 1y',
    'keys create prometheus --scopes monitor --json',
  ],
  input: Input,
  run: createKey,
});

async function createKey(
  context: CommandContext,
  { name, scopes, expires }: z.output<typeof Input>,
): Promise<ExitCode> {
  const { output, servers, operator } = context;
  const now = new Date(context.now());
  const expiresAt = expires?.(now) ?? null;
  if (expiresAt !== null && expiresAt <= now) throw new CliError('usage', '--expires must be a time to come');
  const pool = await servers.pool();
  const { id, key } = await withTransaction(pool, async (client) => {
    const made = await createApiKey(client, { name, scopes, expiresAt });
    const event = toOwnRow({
      eventType: 'audit.key.created',
      resourceId: made.id,
      process: PROCESS,
      userId: operator.name,
      description: `${operator.name} created the API key "${name}"`,
      metadata: { via: 'cli', before: null, after: { name, scopes, expires_at: expiresAt?.toISOString() ?? null } },
    });
    await storeInTransaction(client, [event], { writer: toWriter() });
    return made;
  });
  // Shown only now: a key whose event is not stored is known to nobody.
  output.json({ id, key, name, scopes, expires_at: expiresAt?.toISOString() ?? null });
  output.line(key);
  if (!output.isJson) {
    const until = expiresAt === null ? 'for ever' : `until ${toTimeToTheSecond(expiresAt)}`;
    output.note(toStyled(`key ${id} for "${name}" may ${scopes.join(', ')}, ${until}; it is not shown again`, 'dim'));
  }
  return EXIT.ok;
}
