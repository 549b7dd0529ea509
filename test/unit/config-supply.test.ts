import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { derive } from '../../src/config/supply.ts';

function derived(overrides: readonly string[], machine = { cores: 2, memoryMb: 4000 }) {
  return derive(loadConfig({ home: '/', readFile: () => undefined, environment: {}, overrides }), machine);
}

describe('supply', () => {
  it('is a fraction of the machine where it is auto', () => {
    expect(derived([]).supply).toEqual({ cpuMs: 16_000, memoryMb: 3200, tokens: 0, attention: 1 });
    const half = derived(['market.supply.auto_fraction=0.5', 'market.cycle_seconds=1'], { cores: 3, memoryMb: 999 });
    expect(half.supply).toEqual({ cpuMs: 1500, memoryMb: 499, tokens: 0, attention: 1 });
  });

  it('loses no millisecond to binary fractions', () => {
    expect(derived(['market.supply.auto_fraction=0.09', 'market.cycle_seconds=5']).supply.cpuMs).toBe(900);
  });

  it('is what the configuration says where it says a number', () => {
    const overrides = ['market.supply={cpu_seconds: 2.5, memory_mb: 128, tokens: 1000, attention: 0}'];
    expect(derived(overrides).supply).toEqual({ cpuMs: 2500, memoryMb: 128, tokens: 1000, attention: 0 });
  });

  it('is refused where the machine has too little memory for it', () => {
    expect(() => derived([], { cores: 1, memoryMb: 10 })).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining('memory_mb') as string }),
    );
  });
});

describe('start prices', () => {
  it('make a whole resource cost supply_value', () => {
    const { startPrices } = derived(['market.supply={cpu_seconds: 20, memory_mb: 1000, tokens: 500}']);
    expect(startPrices).toEqual({
      cpu_seconds: 5_000_000,
      memory_mb: 100_000,
      tokens: 200_000,
      attention: 50_000_000,
    });
  });

  it.each([0.5, 1, 3, 10, 60, 3600])(
    'are the same at a cycle of %d s, of what is sold anew and of what is held',
    (seconds) => {
      const [here, atTen] = [derived([`market.cycle_seconds=${seconds}`]), derived([])];
      expect(here.startPrices).toEqual(atTen.startPrices);
      expect(here.supply.cpuMs).toBe(1600 * seconds);
    },
  );

  it('make what a fixed supply sells in reference_seconds cost supply_value', () => {
    const overrides = ['market.supply={cpu_seconds: 20, memory_mb: 1000, tokens: 500}', 'market.cycle_seconds=1'];
    expect(derived(overrides).startPrices).toMatchObject({ cpu_seconds: 500_000, memory_mb: 100_000, tokens: 20_000 });
    const stated = derived([...overrides, 'market.reference_seconds=1']).startPrices;
    expect(stated).toMatchObject({ cpu_seconds: 5_000_000, memory_mb: 100_000, tokens: 200_000 });
  });

  it('are zero where there is nothing to sell', () => {
    expect(derived(['market.supply.attention=0']).startPrices).toMatchObject({ tokens: 0, attention: 0 });
  });

  it('are refused where a bundle could cost more than one transfer can hold', () => {
    expect(() => derived(['market.prices.supply_value=1000000000'])).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining('market.prices') as string }),
    );
  });
});
