// Loaded into a worker before itself: SIGUSR2 makes it run out of memory, which V8 ends with an abort.
process.on('SIGUSR2', () => {
  const kept: unknown[][] = [];
  for (;;) kept.push(Array.from({ length: 100_000 }, (_, index) => ({ index })));
});
