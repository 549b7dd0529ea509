/** The line at the end of an output of which only the beginning is kept. */
export function cutMarker(bytesMax: number): string {
  return `\n[bp-agents: cut here, only the first ${bytesMax} bytes are kept]\n`;
}
