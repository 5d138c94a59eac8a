/**
 * The same database with the rights of its login. The addresses that `npm start` prints for applications ask for the role
 * `audit_writer`, which can append and nothing else: an operator who has pasted them still may do what the login may.
 */
export function toAdminUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const options = url.searchParams.get('options');
  if (options === null) return databaseUrl;
  const kept = options.replace(/(?:^|\s)-c\s*role=\S+/gu, '').trim();
  if (kept === '') url.searchParams.delete('options');
  else url.searchParams.set('options', kept);
  // Some readers of such URLs take + literally, all understand %20.
  return url.href.replaceAll('+', '%20');
}

/** A URL that may be shown. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  return shown.href;
}
