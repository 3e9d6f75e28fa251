/** What is needed of the client, so that it can be loaded by itself: a bundler loses the named exports of CommonJS. */
export { createClient } from '@redis/client'
