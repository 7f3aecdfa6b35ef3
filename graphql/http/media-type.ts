/** Which of the two JSON media types a caller wants; undefined where it takes neither. */
export type ResponseType = 'application/json' | 'application/graphql-response+json'

export function responseTypeOf(accept: string | undefined): ResponseType | undefined {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json') return 'application/json'
  let found: ResponseType | undefined
  for (const part of accept.split(',')) {
    const type = part.split(';', 1)[0]?.trim().toLowerCase()
    if (type === 'application/graphql-response+json') return type
    if (type === 'application/json' || type === '*/*' || type === 'application/*') found = 'application/json'
  }
  return found
}

export const accepts = (accept: string | undefined, type: string): boolean => (accept ?? '').toLowerCase().includes(type)
