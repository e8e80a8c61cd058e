import type { Availability } from '../../../interop/driver.js'

/** Whether tests of an implementation cannot run here; says so where everybody sees it, with the reason. */
export function skipped(name: string, availability: Availability): boolean {
  if (availability.ok) return false
  console.error(`\nNOT RUN: everything with ${name}: ${availability.reason}\n`)
  return true
}
