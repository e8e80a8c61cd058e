import { expect, test } from 'vitest'
import { MAX_REQUESTS_UNDER_WAY, Turns } from '../../../src/node/offers/turns.js'

/** A job that ends when it is told to. */
function job(log: string[], name: string) {
  let end: (error?: Error) => void = () => undefined
  const over = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve())
  })
  const run = () => {
    log.push(name)
    return over
  }
  return { run, end: (error?: Error) => end(error) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('under one key one after the other, also after a failure; under others at once', async () => {
  const turns = new Turns()
  const log: string[] = []
  const [first, second, other] = [job(log, 'first'), job(log, 'second'), job(log, 'other')]
  const failed = expect(turns.take('k', first.run)).rejects.toThrow('disk')
  const done = turns.take('k', second.run)
  void turns.take('l', other.run)
  await settled()
  expect(log).toEqual(['first', 'other'])
  first.end(new Error('disk'))
  await failed
  await settled()
  expect(log).toEqual(['first', 'other', 'second'])
  second.end()
  await done
})

test('with a disk that hangs no more than so many wait, and they are free again when it works', async () => {
  const turns = new Turns()
  const hanging = job([], '')
  const all = Array.from({ length: MAX_REQUESTS_UNDER_WAY }, (_, i) => turns.take(`k${i % 7}`, hanging.run))
  await expect(turns.take('another', async () => undefined)).rejects.toMatchObject({ code: 'REQUESTS_BUSY' })
  hanging.end()
  await Promise.all(all)
  await turns.take('another', async () => undefined)
})
