/** @file STACK.md of the runtime: what stack each kernel takes at most, generated from the compiled runtime. */
import { runProcess } from '../machine/process.js';
import { requireTool } from '../machine/tools.js';
import { MACHINES } from '../machine/cortex-machine.js';
import { kernelStackBounds } from '../stack/kernel-stack.js';

/** Rounded up, so that the page outlives small changes of kernels and compilers. */
const STEP_BYTES = 64;

export interface KernelStack {
  readonly kernel: string;
  /** Bytes by machine, the larger of both roundings. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** One entry a kernel, in the order of the kernel list. @throws as `kernelStackBounds` does */
export async function measureStacks(
  options: { readonly cacheDirectory?: string } = {},
): Promise<readonly KernelStack[]> {
  const bounds = await Promise.all(
    MACHINES.map(async (machine) => {
      const single = await kernelStackBounds({ machine, rounding: 'single', ...options });
      const double = await kernelStackBounds({ machine, rounding: 'double', ...options });
      return { name: machine.name, single, double };
    }),
  );
  return Object.keys(bounds[0]!.single).map((kernel) => ({
    kernel,
    bytes: Object.fromEntries(
      bounds.map(({ name, single, double }) => [name, Math.max(single[kernel]!, double[kernel]!)]),
    ),
  }));
}

/** `arm-none-eabi-gcc (15:12.2.rel1-1) 12.2.1 20221205` */
export async function compilerVersion(): Promise<string> {
  const { stdout } = await runProcess(await requireTool('arm-none-eabi-gcc'), ['--version']);
  return stdout.split('\n')[0]!.trim();
}

/** The page as Markdown. */
export function renderStackPage(stacks: readonly KernelStack[], compiler: string): string {
  const machines = Object.keys(stacks[0]!.bytes);
  const roundUp = (bytes: number): string => `${Math.ceil(bytes / STEP_BYTES) * STEP_BYTES}`;
  const rows = [
    ['kernel', ...machines],
    ...stacks.map(({ kernel, bytes }) => [`\`${kernel}\``, ...machines.map((name) => roundUp(bytes[name]!))]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return `# Stack

Bytes of stack that a call of each kernel takes at most, everything that it calls included: the deepest path of the call
graph that gcc writes with the frames of its functions (\`-fcallgraph-info=su\`), calls through pointers taken as calls of
every function whose address the kernel holds, library functions by the pushes of their machine code. No kernel can reach
itself, none has a frame of variable size; a test holds both, and that what kernels were seen to take on the simulated
cores is no more. Figures are rounded up to ${STEP_BYTES} bytes, for either rounding; interrupts come on top.

Made by \`npx tinyformer bench stack\` with
${compiler} and -O3.

${[line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n')}
`;
}
