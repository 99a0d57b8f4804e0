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
