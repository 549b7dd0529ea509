/**
 * Counts up with what agents find in the image, so that two programs on one engine each keep the one that fits. What
 * changes none of that (a mended supervisor, newer packages) is told by the digest that the image is labelled with.
 */
const VERSION = 5;

/** The name with its tag under which the image is built and used where the configuration says nothing else. */
export const AGENT_IMAGE = `bp-agent-runner:${VERSION}`;
