import { describe } from 'vitest';
import { ATTENTION_SCENARIOS, keepTheirPromises } from '../helpers/short-scenarios.ts';

describe('the scenario', () => keepTheirPromises(ATTENTION_SCENARIOS));
