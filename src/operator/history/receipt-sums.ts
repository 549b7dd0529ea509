import type { ReceiptRow } from '../../economy/views/history-view.ts';

/** What executions bought and used, in sum. */
export interface ReceiptSums {
  readonly executions: number;
  readonly boughtCpuMs: number;
  readonly usedCpuMs: number;
  readonly boughtMemoryMb: number;
  readonly usedMemoryBytes: number;
  readonly boughtTokens: number;
  readonly usedTokens: number;
}

const BYTES_PER_MB = 1_048_576;

/** Of one execution that has ended; a figure that could not be had counts as nothing. */
export function sumsOfReceipt(row: ReceiptRow): ReceiptSums {
  return {
    executions: 1,
    boughtCpuMs: row.cpuMs,
    usedCpuMs: row.usedCpuMs ?? 0,
    boughtMemoryMb: row.memoryMb,
    usedMemoryBytes: row.usedMemoryBytes ?? 0,
    boughtTokens: row.tokens,
    usedTokens: row.usedTokens,
  };
}

export function addSums(a: ReceiptSums, b: ReceiptSums): ReceiptSums {
  return {
    executions: a.executions + b.executions,
    boughtCpuMs: a.boughtCpuMs + b.boughtCpuMs,
    usedCpuMs: a.usedCpuMs + b.usedCpuMs,
    boughtMemoryMb: a.boughtMemoryMb + b.boughtMemoryMb,
    usedMemoryBytes: a.usedMemoryBytes + b.usedMemoryBytes,
    boughtTokens: a.boughtTokens + b.boughtTokens,
    usedTokens: a.usedTokens + b.usedTokens,
  };
}

/** What one of them bought and used on average. */
export function meanReceipt({ executions, ...sums }: ReceiptSums) {
  return {
    executions,
    bought: {
      cpu_seconds: sums.boughtCpuMs / 1000 / executions,
      memory_mb: sums.boughtMemoryMb / executions,
      tokens: sums.boughtTokens / executions,
    },
    used: {
      cpu_seconds: sums.usedCpuMs / 1000 / executions,
      memory_mb_peak: sums.usedMemoryBytes / BYTES_PER_MB / executions,
      tokens: sums.usedTokens / executions,
    },
  };
}
