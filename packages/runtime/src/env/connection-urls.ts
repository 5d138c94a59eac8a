/** The address of Redis with `REDIS_PASSWORD` put in, unless the URL carries a password of its own. */
export function toRedisUrl(env: { readonly REDIS_URL: string; readonly REDIS_PASSWORD?: string | undefined }): string {
  if (env.REDIS_PASSWORD === undefined) {
    return env.REDIS_URL;
  }
  const url = new URL(env.REDIS_URL);
  if (url.password === '') {
    url.password = encodeURIComponent(env.REDIS_PASSWORD);
    // Of a URL without a name, redis-cli -u sends the empty one, which no server knows.
    url.username ||= 'default';
  }
  return url.href;
}
