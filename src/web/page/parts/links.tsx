import { href } from '../shell/router.ts';

export function agentAddress(id: string): string {
  return href('agents', id);
}

export function AgentLink({ id }: { readonly id: string }) {
  return <a href={agentAddress(id)}>{id}</a>;
}

export function ExecutionLink({ id }: { readonly id: string }) {
  return <a href={href('executions', id)}>{id}</a>;
}

export function BidLink({ id }: { readonly id: string }) {
  return <a href={href('bids', id)}>{id}</a>;
}
