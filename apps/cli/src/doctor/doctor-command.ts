import { EXIT, type ExitCode } from '@auditlane/runtime';
import * as z from 'zod';
import { defineCommand } from '../command-line/define-command.ts';
import { flag } from '../command-line/value-kinds.ts';
import type { CommandContext } from '../context.ts';
import type { Output } from '../terminal/output.ts';
import { toCounted } from '../terminal/quantities.ts';
import { toStyled, type Style } from '../terminal/styles.ts';
import { beginGeneration } from './begin-generation.ts';
import { examine } from './examine.ts';
import type { Finding, Level } from './finding.ts';

const STYLES: Readonly<Record<Level, Style>> = { ok: 'good', warn: 'warning', fail: 'bad' };

/** `auditlane doctor`: every self-check, each with what to do. */
export const doctorCommand = defineCommand({
  path: ['doctor'],
  summary: 'Check settings, servers, schema, rights, partitions, clocks and workers; say what to do.',
  details: [
    'ok is well; warn works, and a person should know; fail means that events wait or are in danger. Exits 1 if anything fails.',
    '--after-restore begins a new generation of the ledger before it checks: transaction ids begin anew in a database restored from a dump, and readers of the ledger would wait for numbers that come much later. Stop the writers, restore, run it, start the writers. Running it twice does no harm.',
  ],
  options: {
    'after-restore': { description: 'Postgres was restored from a dump: begin a new generation of the ledger.' },
  },
  examples: ['doctor', 'doctor --json', 'doctor --after-restore'],
  input: z.object({ 'after-restore': flag() }),
  run: async (context, { 'after-restore': isAfterRestore }) => {
    const begun = isAfterRestore ? [await beginGeneration(context)] : [];
    const findings = [...begun, ...(await examine(context, context.version))];
    return report(context, findings);
  },
});

function report({ output }: CommandContext, findings: readonly Finding[]): ExitCode {
  const counts = toCounts(findings);
  output.json({ ...counts, findings });
  show(output, findings);
  output.line();
  const isWell = counts.fail === 0 && counts.warn === 0;
  output.line(
    isWell
      ? toStyled('all is well', 'good')
      : `${toCounted(counts.fail, 'failure')}, ${toCounted(counts.warn, 'warning')}, ${counts.ok} ok`,
  );
  return counts.fail === 0 ? EXIT.ok : EXIT.failed;
}

/** Not a table: the message, which says what to do, is never cut. */
function show(output: Output, findings: readonly Finding[]): void {
  const width = Math.max(...findings.map(({ check }) => check.length)) + 2;
  for (const { check, level, message } of findings) {
    output.line(toStyled(level.padEnd(6), STYLES[level]), check.padEnd(width), message);
  }
}

function toCounts(findings: readonly Finding[]): Readonly<Record<Level, number>> {
  const count = (wanted: Level): number => findings.filter(({ level }) => level === wanted).length;
  return { ok: count('ok'), warn: count('warn'), fail: count('fail') };
}
