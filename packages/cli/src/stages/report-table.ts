/** @file The report as tables: for the terminal with lines, for report.md in Markdown. */
import { formatBytes, formatCount } from '@tinyformer/core';
import Table from 'cli-table3';
import type { Report, ReportedMachine } from './report.js';
import { formatShare } from '../output/share.js';

type Row = readonly [figure: string, value: string];

/** What the run found, a figure a row. */
function summaryRows(report: Report): readonly Row[] {
  const { dataset, accuracy, machines } = report;
  const on = (core: string) => machines.find(({ name }) => name === core);
  return [
    ['images', dataset.note === null ? dataset.name : `${dataset.name} (${dataset.note})`],
    ['accuracy, float', formatShare(accuracy.float)],
    ['accuracy, int8', formatShare(accuracy.int8)],
    ['linear baseline', formatShare(report.linearBaselineAccuracy)],
    ['parameters', formatCount(report.parameters)],
    ['density', formatShare(report.density)],
    ['MACs (with a kept weight)', `${formatCount(report.macs)} (${formatCount(report.nonZeroMacs)})`],
    ['flash', `${formatBytes(report.flashBytes)}`],
    ['SRAM (lower bound)', `${formatBytes(report.sramBytes)} (${formatBytes(report.sramLowerBoundBytes)})`],
    ['Cortex-M4', describeCore(on('cortex-m4'))],
    ['Cortex-M7', describeCore(on('cortex-m7'))],
    ['verified, bit for bit', machines.map(describeAgreement).join('\n')],
  ];
}

function describeCore(machine: ReportedMachine | undefined): string {
  if (machine?.instructions == null || machine.cycles === null) return 'not measured';
  return `${formatCount(machine.instructions)} instructions, about ${formatRange(machine)} cycles an image`;
}

/** The estimate of cycles; one figure where its ends read alike. */
export function formatRange({ cycles, cyclesHigh }: Pick<ReportedMachine, 'cycles' | 'cyclesHigh'>): string {
  if (cycles === null || cyclesHigh === null) return '-';
  const [low, high] = [formatCount(cycles), formatCount(cyclesHigh)];
  return low === high ? low : `${low} to ${high}`;
}

function describeAgreement({ name, exact, samples, remark }: ReportedMachine): string {
  if (exact === null) return `${name}: ${remark ?? 'not run'}`;
  return exact ? `${name}: exact on ${samples} images` : `${name}: ${remark ?? 'DIFFERS'}`;
}

export function renderSummary(report: Report): string {
  const table = new Table({ style: { head: [], border: [] } });
  table.push(...summaryRows(report).map(([figure, value]) => [figure, value]));
  return table.toString();
}

/** report.md: the summary and every layer. */
export function renderReport(report: Report): string {
  const layers = report.layers.map((layer) => [
    layer.name,
    layer.op,
    layer.encoding,
    layer.density.toFixed(2),
    `${layer.macs}`,
    `${layer.nonZeroMacs}`,
    `${layer.flashBytes}`,
    `${layer.instructions.m4 ?? '-'}`,
    `${layer.instructions.m7 ?? '-'}`,
  ]);
  const columns = ['layer', 'op', 'encoding', 'density', 'MACs', 'kept MACs', 'flash bytes', 'M4', 'M7'];
  const smoke = report.smoke ? ['This was a smoke run: its accuracy is no result.', ''] : [];
  return [
    `# A network for ${report.board}`,
    '',
    ...smoke,
    markdownTable(['figure', 'value'], summaryRows(report)),
    '',
    'M4 and M7 are executed instructions an image.',
    '',
    markdownTable(columns, layers),
    '',
  ].join('\n');
}

function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', '; ');
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
