/** @file For which core an archive was compiled, by the build attributes of its objects: a library of another core would link, and be measured. */
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TinyFormerError } from '@tinyformer/core';
import { runProcess } from '../machine/process.js';
import { requireTool } from '../machine/tools.js';
import type { PeerCore } from './peer-library.js';

interface Target {
  readonly cpu: string;
  /** Tag_FP_arch of the core's floating-point unit, as `readelf` names it. */
  readonly floatUnit: RegExp;
}

const TARGETS: Readonly<Record<PeerCore, Target>> = {
  m4: { cpu: '-mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard', floatUnit: /^VFPv4-D16/ },
  m7: { cpu: '-mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard', floatUnit: /^FPv5/ },
};

const ARCHIVE_BEGINNINGS = ['!<arch>\n', '!<thin>\n'];

async function isArchive(path: string): Promise<boolean> {
  const file = await open(path).catch(() => null);
  if (!file) return false;
  try {
    const beginning = Buffer.alloc(ARCHIVE_BEGINNINGS[0]!.length);
    await file.read(beginning, { position: 0 });
    return ARCHIVE_BEGINNINGS.includes(beginning.toString('latin1'));
  } catch {
    return false; // A folder can be opened, and not be read.
  } finally {
    await file.close();
  }
}

/** The distinct values of a build attribute, of as many objects as 64 KiB of `readelf`'s words tell of. */
function valuesOf(attributes: string, tag: string): string[] {
  const found = [...attributes.matchAll(new RegExp(`^\\s*${tag}: (.+)$`, 'gm'))];
  return [...new Set(found.map(([, value]) => value!.trim()))];
}

function complaintOf(attributes: string, { floatUnit }: Target): string | null {
  const architectures = valuesOf(attributes, 'Tag_CPU_arch');
  if (architectures.length === 0) return 'holds no code for Arm';
  const other = architectures.find((value) => value !== 'v7E-M');
  if (other !== undefined) return `is compiled for the architecture ${other}`;
  if (!valuesOf(attributes, 'Tag_ABI_VFP_args').includes('VFP registers'))
    return 'passes floating-point arguments in integer registers';
  const unit = valuesOf(attributes, 'Tag_FP_arch').find((value) => !floatUnit.test(value));
  return unit === undefined ? null : `is compiled for another core, with the floating-point unit ${unit}`;
}

/** @throws E_CMSIS_NN when it is no archive or was compiled for something else; E_TOOL */
export async function checkPeerTarget(archive: string, core: PeerCore): Promise<void> {
  const target = TARGETS[core];
  const refuse = (what: string): TinyFormerError =>
    new TinyFormerError(
      'E_CMSIS_NN',
      `${archive} ${what}: it is no CMSIS-NN of a Cortex-${core.toUpperCase()}`,
      {
        hint: `build it with arm-none-eabi-gcc ${target.cpu}`,
        details: { archive, core },
      },
    );
  if (!(await isArchive(archive))) throw refuse('is no library archive');
  const compiler = await requireTool('arm-none-eabi-gcc');
  const { stdout } = await runProcess(join(dirname(compiler), 'arm-none-eabi-readelf'), ['-A', archive]);
  const complaint = complaintOf(stdout, target);
  if (complaint !== null) throw refuse(complaint);
}
