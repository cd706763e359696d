// Structured logging as a dependency: message first, then pairs. Capitalised, past tense, no full stop.

/** Pairs that go with a message; values are serialised as they are, so never put a secret here. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes structured lines; `child` binds pairs to every later line. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}

/** Drops everything. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
