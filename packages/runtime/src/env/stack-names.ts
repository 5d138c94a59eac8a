/**
 * What `npm start` writes to AUDIT_DATA_DIR/env beside the addresses of the servers, for people, tools and the demo. No
 * process reads them as a setting; where one is set, that file was read into the shell.
 */
export const STACK_NAMES = ['AUDIT_READER_URL', 'AUDIT_API_URL'] as const;
