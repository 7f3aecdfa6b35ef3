/** Public key of whoever signed the shipped models; written by `npm run train -- --write`. */
export const PUBLISHER = '8bf6ea782acd4e9fb59465d39809159d4db765d38e8d96eee93b4a86744d63a3'
