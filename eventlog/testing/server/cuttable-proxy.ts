/** A door between a client and a server that a test can slam: every connection through it breaks at once. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export type CuttableProxy = {
  readonly port: number
  /** Breaks all connections; new ones are let through. */
  cut(): void
  close(): Promise<void>
}

export async function openCuttableProxy(target: { readonly host: string; readonly port: number }): Promise<CuttableProxy> {
  const sockets = new Set<Socket>()
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const server = createServer((incoming) => {
    const outgoing = connect(target)
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        incoming.destroy()
        outgoing.destroy()
      })
    }
    incoming.pipe(outgoing)
    outgoing.pipe(incoming)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port, cut,
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      cut()
    }),
  }
}
