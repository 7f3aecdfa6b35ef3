/** A column of rows that go to the server many at a time: its name, its type there and its value in each row. */
export type Column<Row> = { readonly name: string; readonly type: ColumnType; readonly value: (row: Row) => unknown }
export type ColumnType = 'int4' | 'int8' | 'float8' | 'bool' | 'text' | 'uuid' | 'bytea' | 'jsonb' | 'timestamptz'
