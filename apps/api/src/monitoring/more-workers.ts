/** What makes workers store more. */
export const MORE_WORKERS = 'npm run pm2 -- scale audit-worker +2';
