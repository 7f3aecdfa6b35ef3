/** View-keyed testing with twins. */
export { runTwins, runTwinsSeed } from './run-twins.js'
export { drawTwinsPlan, type TwinsPlan } from './plan.js'
