import { describeSql } from './describe-sql.js'
import { cockroach } from './engines.js'

describeSql(cockroach)
