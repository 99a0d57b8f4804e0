/** @file A memory plan as text for people and golden files: a row a buffer, with its bytes and the nodes it lives through. */
import { formatBytes } from '@tinyformer/core';
import type { Graph } from '../ir/graph.js';
import type { MemoryPlan } from './plan-memory.js';

const CHART_COLUMNS = 48;

export function renderPlan(graph: Graph, plan: MemoryPlan): string {
  const offsetWidth = `${plan.arenaBytes}`.length;
  const pad = (value: number): string => `${value}`.padStart(offsetWidth);
  const rows = plan.buffers.map(({ names, kind, offset, bytes, first, last }) => {
    const chart = lifeChart({ first, last }, graph.nodes.length);
    const label = `${names.join(' = ')}${kind === 'scratch' ? ' (scratch)' : ''}`;
    return `${pad(offset)} ..${pad(offset + bytes)} |${chart}| ${first}..${last} ${label}`;
  });
  const peak = graph.nodes[plan.peakNode]!.name;
  return [
    `memory plan of ${graph.name}: arena ${plan.arenaBytes} B (${formatBytes(plan.arenaBytes)}), lower bound ` +
      `${plan.lowerBoundBytes} B at ${peak}, scratch at most ${plan.scratchBytes} B`,
    ...rows,
    '',
  ].join('\n');
}

/** The nodes from left to right, `#` where the buffer is alive. */
function lifeChart(
  { first, last }: { readonly first: number; readonly last: number },
  nodes: number,
): string {
  const columns = Math.min(nodes, CHART_COLUMNS);
  const column = (node: number): number => Math.floor((node * columns) / nodes);
  return Array.from({ length: columns }, (_, index) =>
    index >= column(first) && index <= column(last) ? '#' : '.',
  ).join('');
}
