/**
 * Every bound of an event, in one place. "Characters" are UTF-16 code units, of which each takes at most
 * 3 bytes of UTF-8. Indexed texts are bounded so that no index row can pass Postgres' 2704 bytes:
 * resource_type and resource_id together take at most 255 * 3 + 512 * 3 = 2301.
 */
export const LIMITS = {
  /** UTF-8 bytes of an encoded entry (the default of AUDIT_MAX_EVENT_BYTES). */
  eventBytes: 65_536,
  /** UTF-8 bytes of an entry that a worker decodes; more is parked as too_large. */
  entryBytes: 1_048_576,
  /** An event_type longer than eventType is cut; one longer than this is refused unread. */
  eventTypeInput: 65_536,
  /** Nested containers in metadata; deeper ones become "[Depth]". */
  metadataDepth: 32,
  /** Object keys in metadata, nested ones included; the rest is counted in `_dropped_keys`. */
  metadataKeys: 1000,
  /** Elements of arrays, maps and sets in metadata, nested ones included. */
  metadataElements: 10_000,
  /** Unknown keys of an event that are kept; the rest is counted in `_dropped_keys`. */
  unknownKeys: 500,
  /** Characters of one key in metadata. */
  metadataKeyCharacters: 255,
  /** Characters of one string in metadata. */
  metadataStringCharacters: 32_768,
  /** Characters of metadata after which further strings are cut to metadataTailCharacters. */
  metadataCharacters: 262_144,
  metadataTailCharacters: 256,
  /** Records kept of what was cut from one event; the rest is counted. */
  truncatedRecords: 20,
  /** Buffers up to this many bytes are hashed whole (10 MB take about 7 ms), and so many in all for one event. */
  hashedBytes: 16_777_216,
  /** Strings up to this length are hashed whole; of longer strings and buffers this much from the start is. */
  hashedPrefix: 1_048_576,
  /** Characters kept of a value that was cut to make an event fit, and the size from which cutting it pays. */
  cutValueCharacters: 256,
  cuttableBytes: 512,
  /** Bytes of the raw entry that a dead letter keeps. */
  deadLetterRawBytes: 1_048_576,
  /** Characters of the text columns and of the fields kept in metadata. */
  text: {
    event_type: 255,
    user_id: 255,
    resource_type: 255,
    resource_id: 512,
    source: 255,
    service_name: 255,
    tenant_id: 255,
    correlation_id: 255,
    host: 255,
    description: 8192,
    user_agent: 1024,
    session_id: 255,
    request_id: 255,
    reason: 1024,
    producer: 64,
    /** What is kept of one that is none. */
    ip_address: 255,
    occurred_at: 255,
  },
} as const;
