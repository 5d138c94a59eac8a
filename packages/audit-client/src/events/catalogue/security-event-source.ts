/** Where an event comes from. Any other word of your own is as good; these are the ones that dashboards know. */
export const SecurityEventSource = {
  WEB: 'web',
  API: 'api',
  ADMIN: 'admin',
  MOBILE: 'mobile',
  SYSTEM: 'system',
  SERVICE: 'service',
} as const;

/** One of the values of {@link SecurityEventSource}. */
export type SecurityEventSource = (typeof SecurityEventSource)[keyof typeof SecurityEventSource];
