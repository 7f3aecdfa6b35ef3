/** `cybermesh keys new-api | list-api | revoke-api`: keys of the GraphQL API. */
import type { Command } from 'commander'
import { answer, withData, withJson, type DataFlag, type JsonFlag } from '../shared/answer.js'
import { layoutOf } from '../data-folder/layout.js'
import { withActor, type ActorFlag } from '../shared/operator-actions.js'
import { UserError } from '../shared/user-error.js'

type Flags = DataFlag & JsonFlag & ActorFlag & { readonly file?: string; readonly name: string; readonly role: string }

const fileOf = ({ file, data }: Pick<Flags, 'file' | 'data'>): string => file ?? layoutOf(data).apiKeys

export function registerApiKeys(keys: Command): void {
  const common = (command: Command): Command => withActor(withJson(withData(command))).option('--file <file>', 'the file of keys (default: api-keys.json of the data folder)')
  common(keys.command('new-api').description('make a key of the API, print it once, and add its hash to the file that the API reads'))
    .requiredOption('--name <name>', 'who uses it')
    .requiredOption('--role <role>', 'viewer, analyst, auditor or operator')
    .action(async (flags: Flags) => {
      const [{ addApiKey }, { ROLES }, { recordKeyAction }] = await Promise.all([import('../shared/api-keys-file.js'), import('../../graphql/index.js'), import('../shared/record-key-action.js')])
      const role = ROLES.find((one) => one === flags.role)
      if (role === undefined) throw new UserError('BAD_OPTION', `--role must be one of ${ROLES.join(', ')}, got ${flags.role}`)
      const file = fileOf(flags)
      const key = addApiKey(file, flags.name, role)
      await recordKeyAction(file, flags, 'keys.new-api', { name: flags.name, role })
      answer(flags, { name: flags.name, role, key, file }, (made) => `${made.key}\nkeep it secret: it is not shown again. ${made.file} has its hash; send it as Authorization: Bearer <key>`)
    })
  common(keys.command('list-api').description('names and roles of the keys of the API')).action(async (flags: Flags) => {
    const { loadApiKeys } = await import('../shared/api-keys-file.js')
    answer(flags, { keys: loadApiKeys(fileOf(flags)).map(({ name, role }) => ({ name, role })) }, (value) => value.keys.map(({ name, role }) => `${role.padEnd(9)} ${name}`).join('\n'))
  })
  common(keys.command('revoke-api').description('take a key of the API out of its file; it is refused within a second')).requiredOption('--name <name>', 'whose').action(async (flags: Flags) => {
    const [{ removeApiKey }, { recordKeyAction }] = await Promise.all([import('../shared/api-keys-file.js'), import('../shared/record-key-action.js')])
    removeApiKey(fileOf(flags), flags.name)
    await recordKeyAction(fileOf(flags), flags, 'keys.revoke-api', { name: flags.name })
    answer(flags, { name: flags.name, file: fileOf(flags) }, ({ name, file }) => `${name} is out of ${file}`)
  })
}
