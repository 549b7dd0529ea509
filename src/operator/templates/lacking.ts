import type { Config } from '../../config/schema.ts';
import type { Derived } from '../../config/supply.ts';
import { wallLimitMs } from '../../domain/execution.ts';
import { accept, refuse, type RefusalCode, type Result } from '../../domain/refusal.ts';
import { inUnits, parseBundle, RESOURCES, type Bundle } from '../../domain/resources.ts';
import type { TemplateNeeds } from './template-form.ts';

type ProviderKind = Config['intelligence']['providers'][number]['kind'];

/** One thing that a home has too little of for a template. */
export interface Lack {
  /** The key of the configuration that gives it. */
  readonly key: string;
  readonly has: number;
  readonly needs: number;
  /** The template's first bid could never win without it. */
  readonly prevents: boolean;
}

/** What a home lacks for agents of a template. */
export interface Lacking {
  readonly lacks: readonly Lack[];
  /** The kind of provider that is not there; undefined where one is, or none is needed. */
  readonly provider: ProviderKind | undefined;
}

const MB = 1_048_576;

export const KIND_OF: Readonly<Record<NonNullable<TemplateNeeds['format']>, ProviderKind>> = {
  messages: 'anthropic',
  responses: 'openai',
  chat: 'openai',
  google: 'google',
};

/** What a template needs and a home with this configuration hasn't. */
export function lackingOf(needs: TemplateNeeds, config: Config, derived: Derived): Lacking {
  const { sandbox, intelligence } = config;
  const kind = needs.format && KIND_OF[needs.format];
  return {
    lacks: [
      ...supplyLacks(needs, derived),
      ...wallLacks(needs, config),
      ...lack('sandbox.file_bytes_max', sandbox.file_bytes_max, needs.file_bytes),
      ...lack('sandbox.workspace_mb', sandbox.workspace_mb, Math.ceil(needs.workspace_bytes / MB)),
      ...lack('sandbox.workspace_files_max', sandbox.workspace_files_max, needs.files),
    ],
    provider: kind && !intelligence.providers.some((provider) => provider.kind === kind) ? kind : undefined,
  };
}

export function bundleOf({ bundle }: TemplateNeeds): Bundle {
  const parsed = parseBundle(bundle);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

/** Refuses a bundle that could never be sold: `no_supply`, `bundle_exceeds_supply`. */
export function checkSellable(name: string, lacking: Lacking): Result<undefined> {
  const prevents = lacking.lacks.find((one) => one.prevents);
  if (!prevents) return accept(undefined);
  const { key, has, needs } = prevents;
  const code: RefusalCode = has === 0 ? 'no_supply' : 'bundle_exceeds_supply';
  const what = `${name} needs ${amount(needs)} of ${key}, and there are ${amount(has)}`;
  return refuse(code, `${what}; what it takes, or in bp-agents.yaml: ${settingLine(lacking) ?? key}`, {
    field: 'template',
    limit: has,
  });
}

/** What the operator types to give what is lacking; undefined where nothing of that kind is. */
export function settingLine({ lacks }: Lacking): string | undefined {
  if (lacks.length === 0) return undefined;
  return ['bp-agents run', ...lacks.map(({ key, needs }) => `--set ${key}=${needs}`)].join(' ');
}

const PROVIDERS: Readonly<Record<ProviderKind, string>> = {
  anthropic: 'base_url: https://api.anthropic.com, key_env: ANTHROPIC_API_KEY',
  openai: 'base_url: https://api.openai.com/v1, key_env: OPENAI_API_KEY',
  google: 'base_url: https://generativelanguage.googleapis.com, key_env: GEMINI_API_KEY',
};

/** The line of bp-agents.yaml that gives the provider which is lacking. */
export function providerLine({ provider }: Lacking, model: string | undefined): string | undefined {
  if (provider === undefined) return undefined;
  const own = `name: ${provider}, kind: ${provider}, ${PROVIDERS[provider]}`;
  return `intelligence: { providers: [{ ${own}, models: [{ name: ${JSON.stringify(model ?? 'MODEL')} }] }] }`;
}

function supplyLacks(needs: TemplateNeeds, { supply }: Derived): readonly Lack[] {
  const bundle = bundleOf(needs);
  return RESOURCES.flatMap((resource) => {
    const least = inUnits(resource, bundle);
    const has = inUnits(resource, supply);
    const wanted = resource === 'tokens' ? Math.max(least, needs.supply_tokens) : least;
    return lack(`market.supply.${resource}`, has, wanted, has < least);
  });
}

/** Of the three keys that make a wall time, those that have to change. */
function wallLacks({ bundle, wall_seconds: wall }: TemplateNeeds, { sandbox }: Config): readonly Lack[] {
  if (wallLimitMs(bundle.cpu_seconds * 1000, sandbox) >= wall * 1000) return [];
  const { wall_base_seconds: base, wall_per_cpu_second: each, wall_max_seconds: most } = sandbox;
  return [
    ...lack('sandbox.wall_max_seconds', most, wall),
    ...lack('sandbox.wall_base_seconds', base, Math.ceil(wall - each * bundle.cpu_seconds)),
  ];
}

function lack(key: string, has: number, needs: number, prevents = false): readonly Lack[] {
  return has < needs ? [{ key, has, needs, prevents }] : [];
}

function amount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 });
}
