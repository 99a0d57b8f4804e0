/** @file Units and how people read them. */

export const KIB = 1024;
export const MIB = 1024 * KIB;

export function formatBytes(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  return bytes < MIB ? `${(bytes / KIB).toFixed(1)} KiB` : `${(bytes / MIB).toFixed(2)} MiB`;
}

/** 1234567 -> "1.23 M" */
export function formatCount(count: number): string {
  if (count < 1e3) return `${count}`;
  if (count < 1e6) return `${(count / 1e3).toFixed(1)} k`;
  return count < 1e9 ? `${(count / 1e6).toFixed(2)} M` : `${(count / 1e9).toFixed(2)} G`;
}
