// Spools COUNT entries one after the other into SPOOL_DIR and prints, for each, how it ended; then the figures.
import { createSpool } from '../support/create-spool.ts';

const { spool, append } = createSpool(process.env['SPOOL_DIR'] ?? '', 'writer');
const answers: string[] = [];
for (let n = 1; n <= Number(process.env['COUNT']); n += 1) {
  answers.push(await append(`{"n":${n}}`));
}
process.stdout.write(`${JSON.stringify({ answers, stats: spool.stats })}\n`);
process.exit();
