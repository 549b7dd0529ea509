/** How the human is told that a prompt waits: the terminal's bell, its desktop's notification, or not at all. */
export type Bell = 'bell' | 'notify' | 'none';

const BELL = '\x07';
const END = '\x1b\\';

/**
 * What makes the terminal tell it. Most that can know OSC 9 (iTerm2, kitty, WezTerm, Ghostty, Windows Terminal); those
 * built on VTE, and rxvt, know OSC 777. A terminal that knows neither shows nothing. The text is the program's own.
 */
export function notification(
  bell: Bell,
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (bell === 'none') return '';
  if (bell === 'bell') return BELL;
  const isVte = environment['VTE_VERSION'] !== undefined || (environment['TERM'] ?? '').startsWith('rxvt');
  return isVte ? `\x1b]777;notify;bp-agents;${text}${END}` : `\x1b]9;${text}${END}`;
}
