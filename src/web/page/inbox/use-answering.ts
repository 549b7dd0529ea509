import { useEffect, useState } from 'preact/hooks';
import { Answering } from './answering.ts';

/** Of the whole page: it goes on while another view is looked at. */
const answering = new Answering();

export function useAnswering(): Answering {
  const [, setTurn] = useState(0);
  useEffect(() => answering.onChange(() => setTurn((turn) => turn + 1)), []);
  return answering;
}
