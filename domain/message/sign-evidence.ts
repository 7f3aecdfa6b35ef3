/** What a producer signs on an evidence message: the original's form, the content hash being that of the proof. */
import { concatBytes, utf8ToBytes } from '../bytes.js'
import { v1Core, type V1Core } from './sign-anomaly.js'

const TAG = utf8ToBytes('ai.evidence.v1')

/** Tag ‖ core, without a separator, as the original writes it. */
export const evidenceSignBytes = (core: V1Core): Uint8Array => concatBytes(TAG, v1Core(core))
