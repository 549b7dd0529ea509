import type { Gateway } from '../../intelligence/gateway.ts';
import { economicRoutes } from './economic.ts';
import { executionRoutes, type ExecutionFacts } from './execution.ts';
import { humanRoutes } from './human.ts';
import { intelligenceRoutes } from './intelligence.ts';
import { marketRoutes } from './market.ts';
import { socialRoutes } from './social.ts';

/** Every route, in the order of the documentation. */
export function serviceRoutes({ economy, usageOf, gateway }: ExecutionFacts & { readonly gateway: Gateway }) {
  const { body_bytes_max: bodyBytesMax } = economy.config.intelligence;
  return [
    ...economicRoutes(economy),
    ...marketRoutes(economy),
    ...humanRoutes(economy),
    ...socialRoutes(economy),
    ...intelligenceRoutes(gateway, { bodyBytesMax }),
    ...executionRoutes({ economy, usageOf }),
  ];
}
