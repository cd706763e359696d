// The `code` that Node puts on errors of the operating system.

/** "ENOENT", "EEXIST", ... or undefined when the error has none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
