/** What every command that answers has in common: --data and --json, and how an answer is printed. */
import type { Command } from 'commander'
import { DEFAULT_FOLDER } from '../data-folder/layout.js'

export type JsonFlag = { readonly json?: boolean }
export type DataFlag = { readonly data: string }

export const withJson = (command: Command): Command => command.option('--json', 'one JSON object on stdout')
export const withData = (command: Command): Command => command.option('--data <folder>', 'data folder', DEFAULT_FOLDER)

export function answer<T extends object>(flags: JsonFlag, value: T, render: (value: T) => string): void {
  process.stdout.write(flags.json === true ? `${JSON.stringify(value)}\n` : `${render(value)}\n`)
}
