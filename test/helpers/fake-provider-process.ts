/**
 * The fake provider in a process of its own. What it does with a call the call says itself, as JSON in its `stop` field.
 * It sends its address to its parent.
 */
import { startFakeProvider, type Behaviour } from './fake-provider.ts';

const provider = await startFakeProvider();
provider.behave(({ body }) => (typeof body['stop'] === 'string' ? (JSON.parse(body['stop']) as Behaviour) : {}));
process.send?.(provider.origin);
