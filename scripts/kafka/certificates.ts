/** Certificates for a broker's TLS listener: an authority of its own, one for 127.0.0.1 and localhost, and one that is out of date. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './install.js'

export type Certificates = {
  /** PEM file of the authority, for clients. */
  readonly authority: string
  /** PEM file with key and certificate, as Kafka's PEM keystore wants them. */
  readonly broker: string
  readonly expired: string
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** Makes them in `folder` with openssl. */
export async function createCertificates(folder: string): Promise<Certificates> {
  const at = (name: string): string => join(folder, name)
  await run('openssl', ['req', '-x509', ...EC, '-days', '3650', '-subj', '/CN=cybermesh test authority', '-keyout', at('ca.key'), '-out', at('ca.pem')])
  const issue = async (name: string, ...valid: readonly string[]): Promise<string> => {
    await run('openssl', ['req', ...EC, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`)])
    await run('openssl', ['x509', '-req', '-in', at(`${name}.csr`), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-copy_extensions', 'copy', ...valid, '-out', at(`${name}.crt`)])
    writeFileSync(at(`${name}.pem`), readFileSync(at(`${name}.key`), 'utf8') + readFileSync(at(`${name}.crt`), 'utf8') + readFileSync(at('ca.pem'), 'utf8'))
    return at(`${name}.pem`)
  }
  return {
    authority: at('ca.pem'),
    broker: await issue('broker', '-days', '3650'),
    // A negative number of days ends before it begins, which every client takes for expired.
    expired: await issue('expired', '-days', '-1'),
  }
}
