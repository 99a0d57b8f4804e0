/** @file Runs a workload's firmware, whose main returns 0 when all went well. */
import { TinyFormerError } from '@tinyformer/core';
import { runFirmware, type FirmwareResult, type FirmwareRun } from '../machine/run-firmware.js';

/** `what` names the workload in the error. @throws E_MACHINE_EXIT for another exit code; what `runFirmware` throws. */
export async function runWorkload(what: string, run: FirmwareRun): Promise<FirmwareResult> {
  const result = await runFirmware(run);
  const { exitCode } = result;
  if (exitCode === 0) return result;
  throw new TinyFormerError(
    'E_MACHINE_EXIT',
    `${what} on ${run.machine.name} ended with exit ${exitCode}: ${result.console}`,
    { details: { exitCode } },
  );
}
