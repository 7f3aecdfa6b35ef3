/**
 * The one place that imports the `graphql` package: by file, because the package carries two copies of itself and
 * bundlers and Node pick different ones; a schema of one copy is a stranger to the other.
 */
export * from 'graphql/index.js'
