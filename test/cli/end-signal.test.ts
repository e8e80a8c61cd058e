import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { onEndSignal } from '../../src/cli/frame/end-signal.js'

const handlers = new Map<string, () => void>()
let now = 0
beforeEach(() => {
  handlers.clear()
  vi.spyOn(process, 'on').mockImplementation((name, handler) => {
    handlers.set(String(name), handler as () => void)
    return process
  })
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`)
  })
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => {
  vi.restoreAllMocks()
})

test('Ctrl-C that a terminal and npm both tell is one; the next ends at once', () => {
  const heard: string[] = []
  onEndSignal((name) => heard.push(name))
  const [int, term] = [handlers.get('SIGINT')!, handlers.get('SIGTERM')!]
  int()
  now += 500
  int()
  term()
  expect(heard).toEqual(['SIGINT'])
  now += 1
  expect(int).toThrow('exit 130')
  expect(term).toThrow('exit 143')
})
