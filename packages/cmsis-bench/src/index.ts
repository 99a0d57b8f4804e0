/** Builds firmware, runs it on simulated Cortex-M machines, checks it bit for bit and counts instructions. */

// The machines
export { CORTEX_M4, CORTEX_M7, findMachine, MACHINES, type CortexMachine } from './machine/cortex-machine.js';
export {
  FAULT_EXIT_CODE,
  runFirmware,
  type FirmwareResult,
  type FirmwareRun,
} from './machine/run-firmware.js';
export {
  machineAvailability,
  requireTool,
  type MachineAvailability,
  type ToolName,
  type ToolStatus,
} from './machine/tools.js';

// Instructions and cycles
export {
  EVENTS,
  INSTRUCTION_CLASSES,
  type Counts,
  type InstructionClass,
  type MachineEvent,
  type RegionCounts,
} from './machine/counts.js';

// Firmware
export { linkFirmware, type FirmwareSources } from './firmware/link-firmware.js';
export { buildFirmware, type ModelFirmwareOptions } from './firmware/build-firmware.js';
export { buildKernelFirmware, type KernelFirmwareOptions } from './firmware/kernel-firmware.js';

// Stack
export { kernelStackBounds, type KernelStackOptions } from './stack/kernel-stack.js';
export { compilerVersion, measureStacks, renderStackPage, type KernelStack } from './report/stack-page.js';

// Workloads
export {
  MAX_CALLS,
  MAX_HEAP_BYTES,
  runKernels,
  type KernelBatch,
  type KernelResult,
  type KernelRunOptions,
} from './workload/run-kernels.js';
export { runModel, type ModelRun, type ModelRunOptions } from './workload/run-model.js';
export {
  verifyOnMachine,
  type LayerMeasurement,
  type MachineVerification,
  type Measurement,
  type Mismatch,
  type VerifyOptions,
} from './workload/verify-on-machine.js';

// Against CMSIS-NN
export { parsePeerArchives, type PeerArchive, type PeerCore } from './baseline/peer-library.js';
export { machineHash } from './baseline/machine-hash.js';
export {
  formatRecord,
  parseRecord,
  RECORD_PATH,
  shippedRecord,
  type BaselineRecord,
  type RecordedLayer,
} from './baseline/record.js';
export {
  BENCH_MACHINES,
  benchKernels,
  type BenchKernelsOptions,
  type BenchProgress,
  type PeerLibraries,
} from './benchmark/bench-kernels.js';
export {
  chooseStraightLine,
  type StraightLineChoice,
  type StraightLineOptions,
} from './benchmark/choose-straight-line.js';
export type { BenchLayer, LayerDraft } from './benchmark/layer.js';
export {
  measureMachineSpeed,
  type MachineSpeed,
  type MachineSpeedOptions,
} from './benchmark/machine-speed.js';
export { benchMlperfTiny, mlperfTiny, type MlperfResult } from './benchmark/mlperf-tiny.js';
export { namedLayers } from './benchmark/named-layers.js';
export { withRowShifts } from './benchmark/row-shifts.js';
export { openPeerLibraries } from './benchmark/open-libraries.js';
export { recordBaseline, type RecordBaselineOptions } from './benchmark/record-baseline.js';
export type { BenchRow, BaselineCost, RoundedFigures } from './benchmark/row.js';
export { DEFAULT_SWEEP_SEED, SWEEP_LAYERS, sweepLayers } from './benchmark/sweep-layers.js';
export { distinctRows, KERNEL_TABLE_HEAD, kernelTableRow } from './report/kernel-table.js';
