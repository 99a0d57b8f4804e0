/** @file The C project as firmware on the simulated Cortex-M4 and M7: equal to the plain loops, and how many instructions. */
import {
  machineAvailability,
  MACHINES,
  verifyOnMachine,
  type CortexMachine,
  type MachineVerification,
} from '@tinyformer/cmsis-bench';
import type { MemorySystem } from '@tinyformer/core';
import type { CompiledModel } from '@tinyformer/sparse-engine';
import type { Progress } from '../output/progress.js';
import { quantizedImages, type Agreement } from './accuracy.js';
import { parseOwn, saveOwn } from './artefact.js';
import { compileRunNetwork } from './compile.js';
import { FILES } from './files.js';
import type { Stage, StageContext } from './stage.js';

const KIND = 'machines';

export interface MachineFindings extends Agreement {
  /** Per image; null where the machine could not run. */
  readonly instructions: number | null;
  /** An estimate, from `cycles` to `cyclesHigh`. */
  readonly cycles: number | null;
  readonly cyclesHigh: number | null;
  readonly layers: MachineVerification['layers'];
}

export interface SimulationTask {
  readonly model: CompiledModel;
  readonly projectDirectory: string;
  readonly images: readonly Int8Array[];
  readonly machines?: readonly CortexMachine[];
  /** A board's; without it, memory answers at once. */
  readonly memory?: MemorySystem | undefined;
  readonly progress: Progress;
}

/** Runs the images on each machine; where a tool is missing, says so instead. */
export async function simulate(task: SimulationTask): Promise<MachineFindings[]> {
  const { progress, machines = MACHINES, ...options } = task;
  const { ready, missing } = await machineAvailability();
  if (!ready) {
    const remark = `not run: ${missing.map(({ name }) => name).join(', ')} missing`;
    return machines.map(({ name }) => ({ ...NOT_RUN, name, remark }));
  }
  let done = 0;
  const report = () => {
    progress.update(done, { total: machines.length, note: `${done} of ${machines.length} machines` });
  };
  report();
  return Promise.all(
    machines.map(async (machine) => {
      const verification = await verifyOnMachine({ ...options, machine });
      done += 1;
      report();
      return toFindings(verification);
    }),
  );
}

const NOT_RUN = { exact: null, samples: 0, instructions: null, cycles: null, cyclesHigh: null, layers: [] };

function toFindings(verification: MachineVerification): MachineFindings {
  const { machine, exact, samples, firstMismatch, instructions, cycles, cyclesHigh, layers } = verification;
  const remark =
    firstMismatch &&
    `differs at image ${firstMismatch.sample}, layer ${firstMismatch.layer}, value ${firstMismatch.index}`;
  return { name: machine, exact, samples, remark, instructions, cycles, cyclesHigh, layers };
}

export const machinesStage: Stage = {
  name: 'machines',
  title: 'Running Cortex-M4 and Cortex-M7',
  outputs: [FILES.machines],
  async run(context) {
    const { folder, progress, settings } = context;
    const { test } = await context.splits();
    const findings = await simulate({
      model: await compileRunNetwork(context),
      projectDirectory: folder.pathOf(FILES.firmware),
      images: quantizedImages(test, settings.machineImages),
      progress,
    });
    folder.write(FILES.machines, saveOwn(KIND, { seed: settings.seed, machines: findings }));
    return findings.map(({ name, exact }) => `${name}: ${EXACTNESS[`${exact}`]}`).join(', ');
  },
};

const EXACTNESS = { true: 'exact', false: 'DIFFERS', null: 'not run' } as const;

export function readMachines({ folder }: Pick<StageContext, 'folder'>): readonly MachineFindings[] {
  return parseOwn<{ readonly machines: readonly MachineFindings[] }>(KIND, folder.read(FILES.machines))
    .machines;
}
