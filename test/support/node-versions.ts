/** What package.json promises: the oldest Node that works, and every supported line. */
export const NODE_VERSIONS = ['20.20.0', '22', '24', '26']
