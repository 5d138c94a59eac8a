// Writes a log record, then a line of text, and ends on SIGTERM with what it was told to.
process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify({ level: 30, msg: 'drained' })}\n`, () => process.exit(7));
});
process.stdout.write(`${JSON.stringify({ level: 30, msg: 'started', greeting: process.env.GREETING })}\n`);
process.stderr.write('a plain line\n');
process.send?.('ready');
setInterval(() => undefined, 1000);
