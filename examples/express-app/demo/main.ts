/**
 * The proof on real input: requests go as raw bytes to the example application, lines through `logAudit`, and every
 * field of every stored row is compared with what the input files say. The security events that the application logs
 * besides are shown, and each row of them is accounted for. Exits 0 only when nothing differs.
 */
import { createAuditClient } from '@auditlane/audit-client';
import { startExample } from './example-process.ts';
import { readHandlerCalls } from './handler-calls.ts';
import { readLines } from './lines.ts';
import { DemoUsageError, readOptions } from './options.ts';
import { printReport } from './report.ts';
import { runLines } from './run-lines.ts';
import { readRequests, runRequests } from './run-requests.ts';
import { runSecurityRequests } from './run-security-requests.ts';
import { matchSecurityRows, readSecurityRows } from './security-rows.ts';
import { OF_THE_PROCESS } from './security-steps.ts';
import { compareRow, readStoredRows } from './stored-rows.ts';

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env);
  const env = { REDIS_URL: options.redisUrl, DATABASE_URL: options.databaseUrl };
  const requests = await readRequests(options.requestsPath);
  const lines = await readLines(options.linesPath);
  const since = new Date();
  const example = await startExample(env);
  const fromRequests = await runRequests(example.port, requests);
  const shown = await runSecurityRequests(example.port);
  const told = [...shown.securityEvents, ...fromRequests.securityEvents];
  const refusals = told.filter(({ columns }) => columns.event_type.startsWith('access.')).length;
  const handlerCalls = await readHandlerCalls(example.metricsPort, refusals);
  const refused = await example.stop();
  const audit = createAuditClient({ redisUrl: options.redisUrl, databaseUrl: options.databaseUrl });
  const fromLines = await runLines(audit, lines);
  await audit.close();

  const acknowledged = [...fromRequests.acknowledged, ...fromLines.acknowledged];
  const rows = await readStoredRows(
    options.readerUrl,
    acknowledged.map(({ id }) => id),
  );
  const differences = acknowledged.flatMap((event) => compareRow(event, rows.get(event.id)));
  const expected = [...told, ...OF_THE_PROCESS];
  const auditEventIds = [...fromRequests.acknowledged.map(({ id }) => id), ...shown.auditEventIds];
  const { readerUrl } = options;
  const securityRows = await readSecurityRows({ readerUrl, auditEventIds, since, count: expected.length });
  const { wrongAnswers } = shown;
  const security = { ...matchSecurityRows(expected, securityRows), expected, wrongAnswers, handlerCalls };
  return printReport({ requests: fromRequests, lines: fromLines, refused, rows, differences, security });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof DemoUsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
