/** The offline verifier. This folder stands alone: it may be copied out, built for a browser, or read as the definition. */
export { verifyBundle, type Proven, type Verification } from './verify-bundle.js'
export { FORMAT, MAX_BUNDLE_BYTES } from './bundle.js'
export type { Part } from './fault.js'
export { PRIMITIVES, type Primitives } from './primitives.js'
