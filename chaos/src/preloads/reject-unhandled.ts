// Loaded into a worker before itself: SIGUSR2 rejects a promise that nobody handles, as a defect would.
process.on('SIGUSR2', () => void Promise.reject(new Error('a defect, made on purpose')));
