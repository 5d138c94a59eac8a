/** What other systems use as ids. A header is anyone's text, and anything else in it is no id. */
const HEADER_ID = /^[\w.:/+=@-]{1,128}$/;

/** Whether a value from a header may serve as an id. */
export function isHeaderId(value: unknown): value is string {
  return typeof value === 'string' && HEADER_ID.test(value);
}
