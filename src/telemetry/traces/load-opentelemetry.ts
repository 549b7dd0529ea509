import type * as Api from '@opentelemetry/api';
import type * as Exporter from '@opentelemetry/exporter-trace-otlp-proto';
import type * as Resources from '@opentelemetry/resources';
import type * as Sdk from '@opentelemetry/sdk-trace-node';
import { errorCode } from '../../platform/system-error.ts';

export interface OpenTelemetry {
  readonly api: typeof Api;
  readonly exporter: typeof Exporter;
  readonly resources: typeof Resources;
  readonly sdk: typeof Sdk;
}

/** Newer ones need a newer Node than this program does. */
export const OPENTELEMETRY = [
  '@opentelemetry/api@1.9',
  '@opentelemetry/exporter-trace-otlp-proto@0.223',
  '@opentelemetry/resources@2.12',
  '@opentelemetry/sdk-trace-node@2.12',
] as const;

/** OpenTelemetry's own packages, which not everybody installs: undefined where one is missing. */
export async function loadOpenTelemetry(): Promise<OpenTelemetry | undefined> {
  try {
    const [api, exporter, resources, sdk] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/exporter-trace-otlp-proto'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace-node'),
    ]);
    return { api, exporter, resources, sdk };
  } catch (error) {
    if (errorCode(error) === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
