/**
 * What must not leave the process in the details of an event, beside what is always masked: the values of keys such as
 * `password`, `token`, `authorization` and `cookie`, and the numbers of payment cards.
 */
export interface RedactionConfig {
  /** More keys whose values are masked, at any depth; case, `-` and `_` do not matter. Default none. */
  readonly keys?: readonly string[] | undefined;
  /**
   * Values that are masked where they stand: keys joined by dots from the top of the details, `*` for any one key or place
   * in a list (`user.card.number`, `rows.*.email`). Default none.
   */
  readonly paths?: readonly string[] | undefined;
  /**
   * Values that become `hmac-sha256:` and 32 hex digits instead of a mask: equal values stay equal, and who has not the key
   * cannot guess them. Wins over a mask. Default none.
   */
  readonly hash?: HashConfig | undefined;
}

/** Which values are hashed, and with which key. */
export interface HashConfig {
  /** At least 16 characters or bytes; keep it as you keep passwords. Another key gives other hashes. */
  readonly key: string | Uint8Array;
  /** Keys as in `keys`; they may name what is masked otherwise. Default none. */
  readonly keys?: readonly string[] | undefined;
  /** Paths as in `paths`. Default none. */
  readonly paths?: readonly string[] | undefined;
}
