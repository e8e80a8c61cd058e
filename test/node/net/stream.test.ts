import { expect, test } from 'vitest'
import type { ByteStream } from '../../../src/base/effects.js'
import { byteStream, type StreamInput } from '../../../src/node/net/stream.js'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A stream over a socket that does what the test says, and tells what it was asked for. */
function scripted(): { stream: ByteStream; input: StreamInput; asked: string[]; seen: (number | string)[] } {
  const asked: string[] = []
  const seen: (number | string)[] = []
  let input: StreamInput | undefined
  const stream = byteStream((given) => {
    input = given
    return {
      remote: 'there',
      remoteIp: undefined,
      write: () => true,
      queued: () => 0,
      end: () => asked.push('end'),
      destroy: () => asked.push('destroy'),
      pause: () => asked.push('pause'),
      resume: () => asked.push('resume'),
    }
  })
  stream.onData = (bytes) => seen.push(bytes[0]!)
  stream.onClose = (error) => seen.push(error ? error.message : 'end')
  return { stream, input: input!, asked, seen }
}

const byte = (value: number): Uint8Array => Uint8Array.of(value)

test('what comes before the owner is ready waits for it, the end too', async () => {
  const { input, seen } = scripted()
  input.data(byte(1))
  input.closed(new Error('cut'))
  expect(seen).toEqual([])
  await turn()
  expect(seen).toEqual([1, 'cut'])
})

test('a handler that pauses gets nothing more of what is there already, until it resumes', async () => {
  const { stream, input, seen } = scripted()
  stream.onData = (bytes) => {
    seen.push(bytes[0]!)
    stream.pause()
  }
  input.data(byte(1))
  input.data(byte(2))
  input.closed()
  await turn()
  expect(seen).toEqual([1])
  stream.resume()
  expect(seen).toEqual([1, 2, 'end'])
})

test('a handler that pauses and resumes is not entered a second time while it runs', async () => {
  const { stream, input, seen } = scripted()
  stream.onData = (bytes) => {
    seen.push(bytes[0]!)
    stream.pause()
    stream.resume()
    seen.push(-bytes[0]!)
  }
  input.data(byte(1))
  input.data(byte(2))
  await turn()
  expect(seen).toEqual([1, -1, 2, -2])
})

test('a handler that closes gets the end only, once', async () => {
  const { stream, input, seen, asked } = scripted()
  stream.onData = (bytes) => {
    seen.push(bytes[0]!)
    stream.close()
  }
  input.data(byte(1))
  input.data(byte(2))
  await turn()
  input.data(byte(3))
  input.closed(new Error('cut by ourselves'))
  input.closed(new Error('again'))
  expect(seen).toEqual([1, 'end'])
  expect(asked.at(-1)).toBe('destroy')
})

test('closing a paused stream reads on, else the end of the other side would never be seen', async () => {
  const { stream, asked } = scripted()
  await turn()
  stream.pause()
  stream.close(true)
  expect(asked.slice(-2)).toEqual(['resume', 'end'])
  stream.close(true)
  expect(asked.at(-1)).toBe('end')
  stream.close()
  expect(asked.at(-1)).toBe('destroy')
})

test('an owner that pauses before it starts stays paused', async () => {
  const { stream, input, asked, seen } = scripted()
  stream.pause()
  input.data(byte(1))
  await turn()
  expect(asked).not.toContain('resume')
  expect(seen).toEqual([])
})

test('a handler that throws does not silence those after it', async () => {
  const { stream, input, seen } = scripted()
  await turn()
  const { onData } = stream
  stream.onData = () => {
    throw new Error('a mistake')
  }
  expect(() => input.data(byte(1))).toThrow('a mistake')
  stream.onData = onData
  input.data(byte(2))
  expect(seen).toEqual([2])
})
