import { describeSql } from './describe-sql.js'
import { forcedCockroach } from './engines.js'

describeSql(forcedCockroach)
