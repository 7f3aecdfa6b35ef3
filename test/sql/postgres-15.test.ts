import { describeSql } from './describe-sql.js'
import { postgres15 } from './engines.js'

describeSql(postgres15)
