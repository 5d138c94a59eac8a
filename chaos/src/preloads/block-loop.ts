// Loaded into a worker before itself: SIGUSR2 blocks its event loop for so many milliseconds, as a huge event would.
process.on('SIGUSR2', () => {
  const endMs = performance.now() + Number(process.env['CHAOS_BLOCK_MS']);
  while (performance.now() < endMs);
});
