import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BITCOIN_CLI, type Chain, prepareChain, startChain } from '../../interop/chain/btcd.js'
import { FAUCET_ADDRESS } from '../../interop/chain/transaction.js'
import { concatBytes } from '../../src/base/bytes.js'
import { toHex } from '../../src/base/hex.js'
import { type Ended, run } from '../support/e2e/process.js'
import { skipped } from '../support/interop/skipped.js'

/** A real btcd, and the stand-in for bitcoin-cli asked in the words of Core Lightning's releases. */

const ready = await prepareChain((line) => console.error(line))

describe.skipIf(skipped('btcd', ready))('the chain', () => {
  let dir = ''
  let chain: Chain
  let other: Chain

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'lno-chain-'))
    ;[chain, other] = await Promise.all([
      startChain({ dir: join(dir, 'one') }),
      startChain({ dir: join(dir, 'other') }),
    ])
  })

  afterAll(async () => {
    await Promise.all([chain?.stop(), other?.stop()])
    rmSync(dir, { recursive: true, force: true })
  })

  /** Runs the stand-in, in an environment without anything of ours. */
  const raw = (words: readonly string[], stdin = ''): Promise<Ended> => {
    const running = run(BITCOIN_CLI, words, { env: { PATH: process.env.PATH } })
    running.child.stdin.end(stdin)
    return running.ended
  }
  const cli = (...words: readonly string[]) => raw(['-regtest', `-datadir=${chain.bitcoinDir}`, ...words])
  const answer = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await cli(...words)
    expect({ code, stderr }, words.join(' ')).toEqual({ code: 0, stderr: '' })
    return stdout
  }
  const json = async (...words: readonly string[]) => JSON.parse(await answer(...words))

  test('two chains at once have ports, passwords and blocks of their own', async () => {
    expect(other.access.port).not.toBe(chain.access.port)
    expect(other.access.password).not.toBe(chain.access.password)
    const [mine, theirs] = await Promise.all([chain.height(), other.height()])
    await other.mine(2)
    expect(await Promise.all([chain.height(), other.height()])).toEqual([mine, theirs + 2])
  })

  test('blocks since a height come whole: header, transactions, and the two again in one piece', async () => {
    const height = await chain.height()
    const txid = await chain.fund([{ address: FAUCET_ADDRESS, sat: 1_234_567n }])
    const hashes = await chain.mine(3)
    const blocks = await chain.blocksSince(height)
    expect(blocks.map(({ hash }) => hash)).toEqual(hashes)
    expect(blocks.map((block) => block.height)).toEqual([height + 1, height + 2, height + 3])
    expect(blocks.map(({ transactions }) => transactions.length)).toEqual([2, 1, 1])
    for (const { header, transactions, bytes } of blocks) {
      expect(header).toHaveLength(80)
      const count = Uint8Array.of(transactions.length)
      expect(toHex(concatBytes(header, count, ...transactions))).toBe(toHex(bytes))
    }
    expect(toHex(blocks[1]!.header.subarray(4, 36).slice().reverse())).toBe(blocks[0]!.hash)
    const paid = toHex(blocks[0]!.transactions[1]!)
    expect(await chain.rpc.call('getrawtransaction', txid, 0)).toBe(paid)
    expect(await chain.blocksSince(height + 3)).toEqual([])
  })

  test('the faucet pays several at once, from more than one coinbase where one is too small', async () => {
    const payments = [60_0000_0000n, 1_000n].map((sat) => ({ address: FAUCET_ADDRESS, sat }))
    const txid = await chain.fund(payments)
    const { vin, vout } = await chain.rpc.call<{
      readonly vin: readonly unknown[]
      readonly vout: readonly { readonly value: number }[]
    }>('getrawtransaction', txid, 1)
    expect(vin).toHaveLength(2)
    expect(vout.slice(0, 2).map(({ value }) => value)).toEqual([60, 0.00001])
  })

  test('getblockchaininfo: the four members that CLN reads', async () => {
    const height = await chain.height()
    expect(await json('getblockchaininfo')).toMatchObject({
      chain: 'regtest',
      headers: height,
      blocks: height,
      initialblockdownload: false,
    })
  })

  test('getnetworkinfo: a version that every release of CLN takes, and that transactions are relayed', async () => {
    const { version, localrelay } = await json('-rpcwait', '-rpcwaittimeout=30', 'getnetworkinfo')
    expect(localrelay).toBe(true)
    expect(version).toBeGreaterThanOrEqual(220000)
  })

  test('getblockhash and getblock HASH 0: one line of hex each, the block as btcd has it', async () => {
    const hash = await answer('getblockhash', '1')
    expect(hash).toMatch(/^[0-9a-f]{64}\n$/)
    const block = await answer('getblock', hash.trim(), '0')
    expect(block).toMatch(/^[0-9a-f]+\n$/)
    expect(block.trim()).toBe(toHex((await chain.blocksSince(0))[0]!.bytes))
    expect(await answer('getblockhash', '0')).toBe('0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206\n')
  })

  test('a height that is not there yet: exit code 8, and nothing else means "not yet"', async () => {
    const { code, stdout, stderr } = await cli('getblockhash', `${(await chain.height()) + 1}`)
    expect({ code, stdout }).toEqual({ code: 8, stdout: '' })
    expect(stderr).toBe('error code: -8\nerror message:\nBlock height out of range\n')
    expect((await cli('getblock', '00'.repeat(32), '0')).code).toBe(5)
  })

  test('words over standard input, as releases since 2025 send them, with the password before or without', async () => {
    const { host, port, user, password } = chain.access
    const hash = await answer('getblockhash', '2')
    const settings = ['-regtest', `-rpcconnect=${host}`, `-rpcport=${port}`, `-rpcuser=${user}`]
    const certificate = `-rpccert=${chain.certificateFile}`
    const piped = [...settings, '-rpcclienttimeout=60', '-stdinrpcpass', '-stdin', certificate, 'getblockhash']
    expect(await raw(piped, `${password}\n2\n`)).toMatchObject({ code: 0, stdout: hash })
    expect(await raw([...settings, '-stdinrpcpass', certificate, 'getblockhash', '2'], password)).toMatchObject({
      code: 0,
      stdout: hash,
    })
    const stdin = ['-regtest', `-datadir=${chain.bitcoinDir}`, '-stdin', 'getblockhash']
    expect(await raw(stdin, '2\n')).toMatchObject({ code: 0, stdout: hash })
    const wrong = await raw([...settings, '-stdinrpcpass', certificate, 'getblockhash', '2'], 'guess')
    expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: 'error: Authorization failed\n' })
  })

  test('gettxout: an amount with eight digits; nothing for what is spent, or never was', async () => {
    const txid = await chain.fund([{ address: FAUCET_ADDRESS, sat: 10n }])
    const waiting = await answer('gettxout', txid, '0')
    expect(waiting).toContain('"value": 0.00000010,')
    expect(JSON.parse(waiting)).toMatchObject({
      confirmations: 0,
      scriptPubKey: { hex: `0020${createHash('sha256').update(Uint8Array.of(0x51)).digest('hex')}` },
    })
    expect(await answer('gettxout', txid, '0', 'false')).toBe('')
    await chain.mine(1)
    expect(await json('gettxout', txid, '0', 'false')).toMatchObject({ confirmations: 1 })
    const spent = await chain.rpc.call<{ readonly vin: readonly { readonly txid: string }[] }>(
      'getrawtransaction',
      txid,
      1,
    )
    expect(await answer('gettxout', spent.vin[0]!.txid, '0')).toBe('')
    expect(await answer('gettxout', txid, '7')).toBe('')
    expect(await answer('gettxout', '00'.repeat(32), '0')).toBe('')
  })

  test('estimatesmartfee and getmempoolinfo: a fee rate for every target, and a floor below it', async () => {
    const floor = await json('getmempoolinfo')
    for (const target of ['2', '6', '12', '100']) {
      const { feerate, blocks } = await json('estimatesmartfee', target, 'ECONOMICAL')
      expect(blocks).toBe(Number(target))
      expect(feerate).toBeGreaterThanOrEqual(Math.max(floor.mempoolminfee, floor.minrelaytxfee))
    }
    expect(await answer('getmempoolinfo')).toContain('"minrelaytxfee": 0.00001000')
  })

  test('sendrawtransaction: the txid; the same when it waits already; 27 when it is in a block; refusals have a code', async () => {
    const txid = await chain.fund([{ address: FAUCET_ADDRESS, sat: 5_000n }])
    const hex = await chain.rpc.call<string>('getrawtransaction', txid, 0)
    expect(await answer('sendrawtransaction', hex)).toBe(`${txid}\n`)
    expect(await answer('sendrawtransaction', hex, '0')).toBe(`${txid}\n`)
    await chain.mine(1)
    expect((await cli('sendrawtransaction', hex)).code).toBe(27)
    expect(await cli('sendrawtransaction', '00')).toMatchObject({ code: 22, stdout: '' })
  })

  test('echo and help, a method that is not there, and a chain that is not there', async () => {
    expect(await json('echo', 'hello world')).toEqual(['hello world'])
    expect((await answer('help')).split('\n')).toContain('getblockchaininfo')
    expect(await json('getpeerinfo')).toEqual([])
    expect(await cli('getblockfrompeer', '00'.repeat(32), '0')).toMatchObject({ code: 1, stdout: '' })
    expect((await cli('walletcreatefundedpsbt')).code).toBe(32601 & 0xff)
    // 1 is what CLN takes for "is bitcoind running?".
    expect(await raw(['-rpcport=1', 'getnetworkinfo'])).toMatchObject({ code: 1, stdout: '' })
  })
})
