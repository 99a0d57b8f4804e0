/** @file A library that a user names: what is refused before anything is measured, and in which words. */
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openPeerLibrary, type PeerCore } from '../src/baseline/peer-library.js';
import { probeRounding } from '../src/baseline/probe-rounding.js';
import { CORTEX_M4, CORTEX_M7 } from '../src/machine/cortex-machine.js';
import { runProcess } from '../src/machine/process.js';
import { requireTool } from '../src/machine/tools.js';
import { machineTest } from './support/snippets.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tinyformer-peer-'));
  await writeFile(join(folder, 'arm_nnfunctions.h'), '#error "no header of CMSIS-NN"\n');
  await writeFile(join(folder, 'empty.c'), 'int nothing(void) { return 0; }\n');
});

afterAll(() => rm(folder, { recursive: true }));

/** An archive of one function, compiled with these flags. */
async function archiveOf(name: string, flags: readonly string[]): Promise<string> {
  const compiler = await requireTool('arm-none-eabi-gcc');
  const [object, archive] = [join(folder, `${name}.o`), join(folder, `${name}.a`)];
  await runProcess(compiler, [...flags, '-c', join(folder, 'empty.c'), '-o', object]);
  await runProcess(join(dirname(compiler), 'arm-none-eabi-ar'), ['rcs', archive, object]);
  return archive;
}

const open = (core: PeerCore, archive: string) => openPeerLibrary({ core, archive }, [folder]);

describe('A library', () => {
  machineTest('opens for the core that it was compiled for, and for no other', async () => {
    const m4 = await archiveOf('m4', CORTEX_M4.compilerFlags);
    const m7 = await archiveOf('m7', CORTEX_M7.compilerFlags);
    await expect(open('m4', m4)).resolves.toMatchObject({ archive: m4 });
    await expect(open('m7', m7)).resolves.toMatchObject({ archive: m7 });
    await expect(open('m7', m4)).rejects.toThrow(/E_CMSIS_NN: .*another core, with .*VFPv4-D16: .*Cortex-M7/);
    await expect(open('m4', m7)).rejects.toThrow(/E_CMSIS_NN: .*another core, with .*FPv5.*: .*Cortex-M4/);
  });

  machineTest('is refused for another architecture, and for another way to pass numbers', async () => {
    const m0 = await archiveOf('m0', ['-mcpu=cortex-m0', '-mthumb']);
    const soft = await archiveOf('soft', ['-mcpu=cortex-m4', '-mthumb']);
    await expect(open('m4', m0)).rejects.toThrow(/architecture v6S-M/);
    await expect(open('m4', soft)).rejects.toThrow(/in integer registers/);
  });

  machineTest('is refused where it is none', async () => {
    const text = join(folder, 'text.a');
    const nothing = join(folder, 'nothing.a');
    await writeFile(text, 'not an archive\n');
    await writeFile(nothing, '!<arch>\n');
    await mkdir(join(folder, 'folder.a'));
    await expect(open('m4', text)).rejects.toThrow(/E_CMSIS_NN: .*text\.a is no library archive/);
    await expect(open('m4', join(folder, 'folder.a'))).rejects.toThrow(/is no library archive/);
    await expect(open('m4', nothing)).rejects.toThrow(/holds no code for Arm/);
    await expect(open('m4', join(folder, 'missing.a'))).rejects.toThrow(/there is no library/);
  });

  machineTest('that the bench cannot be built with is named, with the compiler’s first error', async () => {
    const peer = await open('m4', await archiveOf('m4', CORTEX_M4.compilerFlags));
    await expect(probeRounding(peer, { machine: CORTEX_M4 })).rejects.toThrow(
      /E_CMSIS_NN: the bench cannot be built with .*m4\.a: .*error: .*no header of CMSIS-NN/,
    );
  });
});
