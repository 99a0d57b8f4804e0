/**
 * @file How fast the simulated machines are: executed instructions a second of QEMU's processor time, or of wall time where
 * the system does not tell that; start-up not counted.
 */
import { BOARDS } from '@tinyformer/core';
import { linkFirmware } from '../firmware/link-firmware.js';
import { ownSource } from '../machine/compile.js';
import { findMachine, MACHINES, type CortexMachine } from '../machine/cortex-machine.js';
import { runFirmware, type FirmwareRun } from '../machine/run-firmware.js';
import { childProcessorSeconds } from './child-time.js';

export interface MachineSpeed {
  readonly machine: string;
  /** A board, or `zero-wait`. */
  readonly memory: string;
  readonly instructions: number;
  readonly seconds: number;
  readonly instructionsPerSecond: number;
}

export interface MachineSpeedOptions {
  /** About 12 million instructions each. */
  readonly passes?: number;
  /** The fastest of so many runs counts. */
  readonly runs?: number;
  /** In seconds; monotonic. Processor time of child processes unless given. */
  readonly now?: () => number;
}

const PASSES = 60;
const RUNS = 3;

const TARGETS = [
  ...MACHINES.map((machine) => ({ machine, memory: undefined, name: 'zero-wait' })),
  ...BOARDS.map(({ name, core, memory }) => ({ machine: findMachine(core), memory, name })),
];

function buildWork(machine: CortexMachine, passes: number): Promise<string> {
  const sources = [ownSource('firmware/bench_speed.c')];
  return linkFirmware({ machine, sources, defines: { TFB_PASSES: passes } });
}

/** Both machines without and with each board's memory, one after another. Throws what `runFirmware` throws. */
export async function measureMachineSpeed({
  passes = PASSES,
  runs = RUNS,
  now = () => childProcessorSeconds() ?? performance.now() / 1000,
}: MachineSpeedOptions = {}): Promise<MachineSpeed[]> {
  const speeds = [];
  for (const { machine, memory, name } of TARGETS) {
    const time = async (run: FirmwareRun) => {
      const durations = [];
      let instructions = 0;
      for (let count = 0; count < runs; count++) {
        const begin = now();
        const { regions } = await runFirmware(run);
        durations.push(now() - begin);
        instructions = regions.find(({ id }) => id === 1)!.instructions;
      }
      return { instructions, seconds: Math.min(...durations) };
    };
    const idle = await time({ machine, memory, elf: await buildWork(machine, 0) });
    const busy = await time({ machine, memory, elf: await buildWork(machine, passes) });
    const instructions = busy.instructions - idle.instructions;
    const seconds = Math.max(busy.seconds - idle.seconds, Number.EPSILON);
    const instructionsPerSecond = instructions / seconds;
    speeds.push({ machine: machine.name, memory: name, instructions, seconds, instructionsPerSecond });
  }
  return speeds;
}
