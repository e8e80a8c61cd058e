import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/**
 * A way from containers to a listener on this machine's loopback, which they cannot reach. It listens on the gateway of
 * the run's own network, an address that only this machine and those containers have, and passes bytes on.
 */
export interface Gateway {
  /** Where containers reach it: `HOST:PORT`. */
  readonly address: string
  close(): Promise<void>
}

/** Opens a way to a loopback address, or says by undefined that this machine does not have the gateway's address. */
export function openGateway(
  gateway: string,
  to: { readonly host: string; readonly port: number },
): Promise<Gateway | undefined> {
  const open = new Set<Socket>()
  const server: Server = createServer((inside) => {
    const outside = connect(to.port, to.host)
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy())
      one.once('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRNOTAVAIL' ? resolve(undefined) : reject(error),
    )
    server.listen(0, gateway, () => {
      const { port } = server.address() as AddressInfo
      resolve({
        address: `${gateway}:${port}`,
        close: () =>
          new Promise((done) => {
            for (const socket of open) socket.destroy()
            server.close(() => done())
          }),
      })
    })
  })
}
