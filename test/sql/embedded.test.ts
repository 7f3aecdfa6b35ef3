import { describeSql } from './describe-sql.js'
import { embedded } from './engines.js'

describeSql(embedded)
