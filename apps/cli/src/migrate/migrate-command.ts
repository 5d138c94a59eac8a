import { EXIT, type ExitCode } from '@auditlane/runtime';
import { checkMigrations, migrate } from '@auditlane/store';
import * as z from 'zod';
import { defineCommand } from '../command-line/define-command.ts';
import type { CommandContext } from '../context.ts';
import { toSsl } from '../servers/settings.ts';
import { toCounted } from '../terminal/quantities.ts';
import { toStyled } from '../terminal/styles.ts';

/** `auditlane migrate`: brings the database up to this release. */
export const migrateCommand = defineCommand({
  path: ['migrate'],
  summary: 'Bring the database up to this release and prepare its partitions.',
  details: [
    'Runs what is missing, forward only, each migration in a transaction of its own. Safe while workers of the release before run, and when several do it at once.',
  ],
  options: { check: { description: 'Change nothing: list what would run, and exit 1 if there is anything.' } },
  examples: ['migrate --check', 'migrate'],
  input: z.object({ check: z.boolean().default(false) }),
  run: (context, { check }) => (check ? showPending(context) : runPending(context)),
});

async function showPending({ output, servers }: CommandContext): Promise<ExitCode> {
  const state = await checkMigrations(await servers.pool());
  const { version, latest, pending } = state;
  output.json(state);
  if (pending.length === 0) {
    output.line(toStyled('up to date', 'good'), `: the database is at migration ${version}`);
    return EXIT.ok;
  }
  output.line(`the database is at migration ${version}, this release needs ${latest}:`);
  for (const name of pending) output.line(`  ${name}`);
  output.line(toStyled('npx auditlane migrate', 'strong'), ' runs them');
  return EXIT.failed;
}

async function runPending({ output, servers }: CommandContext): Promise<ExitCode> {
  // First, so that an absent server is explained as everywhere.
  await servers.pool();
  const done = await migrate(servers.databaseUrl(), {
    ...toSsl(servers.settings().env),
    onProgress: (line) => output.line(line),
  });
  output.json(done);
  const { version, applied, partitionsCreated } = done;
  const changes = [
    ...(applied.length === 0 ? [] : [toCounted(applied.length, 'migration')]),
    ...(partitionsCreated.length === 0 ? [] : [toCounted(partitionsCreated.length, 'new partition')]),
  ];
  const fact = changes.length === 0 ? 'nothing to do' : `done (${changes.join(', ')})`;
  output.line(toStyled(fact, 'good'), `: the database is at migration ${version}`);
  return EXIT.ok;
}
