/** A child program: one validator's witness on an operations server; says where it answers. */
import { startWitness } from './witness-server.js'
import { validators, type Member } from './members.js'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: witness-until-killed FOLDER')
const { url } = await startWitness(validators[0] as Member, folder)
process.stdout.write(`url ${url}\n`)
