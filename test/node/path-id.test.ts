import { expect, test } from 'vitest'
import { freshPathId, PathIdTable, pathIdOf } from '../../src/node/path-id.js'

const offers = new Uint8Array(32).fill(1)
const replies = new Uint8Array(32).fill(2)
const random = (length: number) => new Uint8Array(length).fill(7)

test('a path id made for one purpose is nothing for another', { tags: ['B9'] }, () => {
  const made = freshPathId(offers, random)
  const table = new PathIdTable<string>()
  table.set(made.pathId, 'offer')
  expect(table.get(made.pathId)).toBe('offer')
  expect(table.get(pathIdOf(replies, made.nonce).pathId)).toBeUndefined()
})

test('it is derived again from its nonce', () => {
  const made = freshPathId(offers, random)
  expect(pathIdOf(offers, made.nonce)).toEqual(made)
  expect(made.pathId).toHaveLength(32)
})

test('a message without a path id is nobody’s', { tags: ['B9'] }, () => {
  const table = new PathIdTable<string>()
  table.set(new Uint8Array(0), 'empty')
  expect(table.get(undefined)).toBeUndefined()
})

test('a forgotten path id is unknown', () => {
  const table = new PathIdTable<number>()
  const { pathId } = freshPathId(offers, random)
  table.set(pathId, 1)
  table.delete(pathId)
  expect(table.get(pathId)).toBeUndefined()
  expect(table.size).toBe(0)
})
