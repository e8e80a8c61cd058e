/** `ms` since 1970 as UTC text: `2026-03-01T12:00:00.000Z`. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}
