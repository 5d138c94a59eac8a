/** Node takes the first of these and says nothing; a proxy in front may have judged by the last. */
const SINGLE_FIELDS: readonly string[] = ['host', 'authorization', 'content-type', 'origin'];

/** True when a field that decides who asks, from where, or how the body is read, occurs twice: two readers could differ. */
export function repeatsSingleField(rawHeaders: readonly string[]): boolean {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return SINGLE_FIELDS.some((field) => names.indexOf(field) !== names.lastIndexOf(field));
}
