/** A committed policy as detectors are told of it. The committed message rides along: by its transaction id it is proven. */

/** Base64. */
export const POLICY_MESSAGE_HEADER = 'policy_message'
