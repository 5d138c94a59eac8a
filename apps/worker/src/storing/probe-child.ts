import { decodeEntry } from '@auditlane/schema';
import { LineBuffer, toCopyLine, toJsonRows, toTranscodedRow } from '@auditlane/store';

/**
 * The child process of `probe-entries.ts`: does to each entry what a worker does before Postgres sees it, and says so
 * when it has survived. It ends with its parent.
 */
process.on('disconnect', () => process.exit());
process.on('message', (entry) => {
  if (!Buffer.isBuffer(entry)) return;
  toTranscodedRow(entry, new LineBuffer(entry.length), Date.now());
  const decoded = decodeEntry(entry);
  if (decoded.kind === 'event') {
    toCopyLine(decoded.row);
    toJsonRows([decoded.row]);
  }
  process.send?.('survived');
});
process.send?.('running');
