import type { TemplateShelf } from '../../domain/template.ts';
import type { Gateway } from '../../intelligence/gateway.ts';
import { economicRoutes } from './economic.ts';
import type { Economy } from '../../economy/economy.ts';
import type { Snapshots } from '../snapshots.ts';
import { executionRoutes, type Usage } from './execution.ts';
import { humanRoutes } from './human.ts';
import { intelligenceRoutes } from './intelligence.ts';
import { marketRoutes } from './market.ts';
import { socialRoutes } from './social.ts';

export interface RouteDeps {
  readonly economy: Economy;
  readonly gateway: Gateway;
  /** What children can be made of. */
  readonly templates: TemplateShelf;
  /** What is known of an execution outside of the database; undefined where no endpoint is open for it. */
  readonly runOf: (executionId: number) => (Usage & { readonly snapshots: Snapshots }) | undefined;
}

/** Every route, in the order of the documentation. */
export function serviceRoutes({ economy, runOf, gateway, templates }: RouteDeps) {
  const { body_bytes_max: bodyBytesMax } = economy.config.intelligence;
  return [
    ...economicRoutes(economy),
    ...marketRoutes(economy),
    ...humanRoutes(economy, (executionId) => runOf(executionId)?.snapshots),
    ...socialRoutes(economy, templates),
    ...intelligenceRoutes(gateway, { bodyBytesMax }),
    ...executionRoutes({ economy, usageOf: runOf }),
  ];
}
