/** What a producer signs on a policy message: the form both sides of the original agree on since its later versions. */
import { concatBytes } from '../bytes.js'
import { tagBytes } from '../hash.js'
import { v1Core, type V1Core } from './sign-anomaly.js'

const TAG = tagBytes('ai.policy.v1')

/** Tag ‖ 0x00 ‖ core, the content hash being that of the params. */
export const policySignBytes = (core: V1Core): Uint8Array => concatBytes(TAG, v1Core(core))
