/** What came from a container breaks the rules of docs/stream.md. Nothing after it can be trusted. */
export class StreamBroken extends Error {}
