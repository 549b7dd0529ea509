import type { TriedExecution } from '../../operator/views/tried-execution.ts';
import { promptFrame } from '../../terminal/prompt-frame.ts';
import { sanitiseLine, sanitiseText } from '../../terminal/sanitise.ts';

const COLUMNS = 80;
const OUTPUT = { charsMax: 1_048_576, linesMax: 2000 };
/** Of what was asked and answered; the rest is in `--json`. */
const CALL_CHARS_MAX = 300;

/** What people are told of one execution of a `try`. Lines of the agent's begin with a bar, the program's don't. */
export function triedLines(tried: TriedExecution): readonly string[] {
  const { id, outcome, detail, output, output_complete: complete, calls, calls_left_out: leftOut, prompt } = tried;
  const content = prompt?.content ?? null;
  return [
    `${id}: ${endText({ outcome, detail })}`,
    ...printedLines({ output, output_complete: complete }),
    ...(calls.length === 0 ? ['it asked nothing of the System Service'] : ['it asked', ...calls.flatMap(callLines)]),
    ...(leftOut > 0 ? [`(and ${leftOut} more requests)`] : []),
    ...(prompt && content !== null ? promptFrame({ ...prompt, content }, COLUMNS, { canTake: false }) : []),
    usedLine(tried),
    ...nextLines(tried),
    `buy: --bundle ${bundleText(tried.advised_bundle)}`,
  ];
}

/** Of an execution of another agent in the meantime: a child's or a neighbour's. */
export function otherLines(other: TriedExecution): readonly string[] {
  return [`meanwhile ${other.id} of ${other.agent_id}: ${endText(other)}`, ...printedLines(other)];
}

function endText({ outcome, detail }: Pick<TriedExecution, 'outcome' | 'detail'>): string {
  return `${outcome ?? 'not settled'}: ${sanitiseLine(detail ?? '', CALL_CHARS_MAX)}`;
}

function printedLines({
  output,
  output_complete: complete,
}: Pick<TriedExecution, 'output' | 'output_complete'>): readonly string[] {
  const printed = output === '' ? [] : sanitiseText(output.trimEnd(), OUTPUT).map((line) => `│ ${line}`);
  return [
    ...(printed.length === 0 ? ['it printed nothing'] : ['it printed', ...printed]),
    ...(complete ? [] : ['(and more, which is not kept: sandbox.output_bytes_max)']),
  ];
}

function callLines({ method, path, body, status, answer }: TriedExecution['calls'][number]): readonly string[] {
  const asked = [method, path, ...(body === null ? [] : [body])].join(' ');
  return [
    `│ ${sanitiseLine(asked, CALL_CHARS_MAX)}`,
    `│   ${status} ${sanitiseLine(answer === null ? '(in pieces)' : answerText(status, answer), CALL_CHARS_MAX)}`,
  ];
}

/** Of a refusal what helps: its code and its sentence. */
function answerText(status: number, answer: string): string {
  if (status < 400) return answer;
  try {
    const { code, detail } = JSON.parse(answer) as Readonly<Record<string, unknown>>;
    return typeof code === 'string' && typeof detail === 'string' ? `${code}: ${detail}` : answer;
  } catch {
    return answer;
  }
}

function usedLine({ used, bought, prompt, price_paid: price }: TriedExecution): string {
  const of = (value: number | null, whole: number) => `${value ?? '?'} of ${whole}`;
  return (
    `used: cpu_seconds ${of(used.cpu_seconds, bought.cpu_seconds)}, memory_mb ${of(used.memory_mb_peak, bought.memory_mb)}, ` +
    `tokens ${of(used.tokens, bought.tokens)}, attention ${of(prompt === null ? 0 : 1, bought.attention)}; ` +
    `the market would take ${price} credits`
  );
}

function nextLines({ agent_id: agentId, next, refused_bid: refused }: TriedExecution): readonly string[] {
  const bids = next.bids.map(({ id, amount, bundle, payer, earliest_cycle: cycle }) => {
    const from = cycle > 0 ? ` from cycle ${cycle} on` : '';
    return `next: ${id}${payer === agentId ? '' : ` of ${payer}`} offers ${amount} for ${bundleText(bundle)}${from}${next.is_restart ? ', a restart' : ''}`;
  });
  const waits = next.waits_for_marks ? ['next: the next_bid of its prompt, once you have marked it'] : [];
  const told = refused === null ? [] : [`its last bid was refused: ${refused}`];
  if (bids.length + waits.length > 0) return [...bids, ...waits, ...told];
  return [`next: nothing: it would be dormant, then dead${refused === null ? '; it has placed no bid' : ''}`, ...told];
}

function bundleText(bundle: TriedExecution['advised_bundle']): string {
  return `cpu_seconds=${bundle.cpu_seconds},memory_mb=${bundle.memory_mb},tokens=${bundle.tokens},attention=${bundle.attention}`;
}
