/**
 * Every driver of the lab. A new one is a file beside this and a line here.
 * @module
 */
import type { Driver } from '../driver.js'
import { craftedDriver } from './crafted.js'
import { ldk, ldkStock } from './ldk.js'
import { lnoDriver } from './lno.js'

export interface DriverOptions {
  /** Of this checkout. */
  readonly version: string
}

/** All drivers that may run here, ourselves first. */
export function allDrivers({ version }: DriverOptions): readonly Driver[] {
  return [lnoDriver({ version }), ldk, ldkStock, craftedDriver(version)]
}
