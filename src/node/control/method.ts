import * as v from 'valibot'
import { formatPath, type LnoError } from '../../base/error.js'
import { nodeError } from '../codes.js'
import type { Wire } from './protocol.js'

/** What a running method may use of the connection that asked. */
export interface MethodContext {
  /** Aborted when the client cancels or goes away. */
  readonly signal: AbortSignal
  /** What the client called itself in `hello`. */
  readonly client: string
  /** Tells the client how far it is. Nothing is queued for one that does not read. */
  progress(value: unknown): void
}

/** The form of a method's parameters: a valibot schema. */
export type ParamsSchema = v.GenericSchema<unknown, unknown>

/** A method as a value. Amounts and bytes in its result may be `bigint` and `Uint8Array`: the border turns them to text. */
export interface ControlMethod<N extends string = string, S extends ParamsSchema = ParamsSchema, R = unknown> {
  readonly name: N
  readonly params: S
  // In the form of a class method, whose parameters TypeScript compares loosely: methods of all kinds fit into one list.
  run(params: v.InferOutput<S>, context: MethodContext): R | Promise<R>
}

/** Declares a method; an error it throws reaches the client with its code. */
export function method<const N extends string, S extends ParamsSchema, R>(
  name: N,
  params: S,
  run: (params: v.InferOutput<S>, context: MethodContext) => R | Promise<R>,
): ControlMethod<N, S, R> {
  return { name, params, run }
}

/** Checks the parameters and runs a method. @throws LnoError `CONTROL_BAD_PARAMS`, and what the method throws */
export async function callMethod(declared: ControlMethod, params: unknown, context: MethodContext): Promise<unknown> {
  return declared.run(parseParams(declared.name, declared.params, params), context)
}

/** Parameters in the form that a schema asks for. @throws LnoError `CONTROL_BAD_PARAMS` */
export function parseParams<S extends ParamsSchema>(name: string, schema: S, params: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, params ?? {}, { abortEarly: true })
  if (result.success) return result.output
  throw badParams(name, result.issues[0])
}

function badParams(name: string, issue: v.BaseIssue<unknown>): LnoError {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
  const where = path.length === 0 ? 'the parameters' : formatPath(path)
  return nodeError('CONTROL_BAD_PARAMS', `${name}: ${where}: ${issue.message}`, { path })
}

/**
 * What clients can call, from the declarations of the methods:
 * `type Api = ApiOf<typeof offerMethods[number] | typeof peerMethods[number]>`.
 */
export type ApiOf<M> = {
  readonly [K in M as K extends ControlMethod<infer N, infer _S, infer _R> ? N : never]: K extends ControlMethod<
    infer _N,
    infer S,
    infer R
  >
    ? { readonly params: v.InferInput<S>; readonly result: Wire<R> }
    : never
}
