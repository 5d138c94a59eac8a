/** Stands in for a decoder with a defect: some entries end it, one never lets it answer. */
process.on('disconnect', () => process.exit());
process.on('message', (entry) => {
  const text = String(entry);
  if (text.startsWith('kill')) process.abort();
  if (text !== 'hang') process.send?.('survived');
});
process.send?.('running');
