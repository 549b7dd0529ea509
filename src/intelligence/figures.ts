import type { TokenUsage } from '../domain/tokens.ts';
import type { OpenCall } from './open-call.ts';
import { leastOutput } from './token-counter.ts';

/** What a call is billed by. */
export interface Figures {
  readonly usage: TokenUsage;
  /** Whether all of them are the provider's own. */
  readonly isReported: boolean;
  /** What is wrong with the provider's own. */
  readonly doubt?: string;
}

/**
 * The provider's own figures, or those counted here where it has none or its own can't be right. These can't: no input,
 * an input under half of the words that were sent with none of them from a cache, or less output than was seen. More is
 * believed, since nobody sees a model's thoughts.
 * @param produced tokens of all that was seen of the answer, counted with the model's encoding
 */
export function figuresOf(call: OpenCall, reported: Partial<TokenUsage>, produced: number): Figures {
  const counted: TokenUsage = { input: call.input.most, cached: 0, output: countedOutput(call, produced) };
  const { input = counted.input, cached = 0, written = 0, output = counted.output } = reported;
  const isInputRight = (input + cached > 0 || counted.input === 0) && (cached > 0 || input >= call.input.least);
  const isOutputRight = output >= Math.min(leastOutput(call.model.encoding, produced), counted.output);
  const usage: TokenUsage = {
    ...(isInputRight ? { input, cached, ...(written > 0 && { written }) } : { input: counted.input, cached: 0 }),
    output: isOutputRight ? output : counted.output,
  };
  const isReported = reported.input !== undefined && reported.output !== undefined;
  const billed = `${usage.input + usage.cached} of input and ${usage.output} of output`;
  if (!isReported)
    return { usage, isReported, doubt: `it reported no figures that can be right: ${billed} were counted here` };
  const own = `${input + cached} of input and ${output} of output`;
  if (!isInputRight || !isOutputRight)
    return { usage, isReported: false, doubt: `its own figures can't be right (${own}): ${billed} count here` };
  const isMore = input + cached > call.input.most || output > call.asked.answers * call.outputMax;
  return {
    usage,
    isReported,
    ...(isMore && { doubt: `it reported more than was reserved (${own}): billed as reserved` }),
  };
}

/** Counting is a little too much rather than too little; a provider keeps to the limit that it was given. */
function countedOutput({ asked, outputMax }: OpenCall, produced: number): number {
  return Math.min(produced, asked.answers * outputMax);
}
