import { describe, expect, test } from '@jest/globals';
import { CORTEX_M4, findMachine, MACHINES } from '../src/machine/cortex-machine.js';
import { parseCounterReport } from '../src/machine/counts.js';
import { runFirmware } from '../src/machine/run-firmware.js';
import { machineAvailability, requireTool } from '../src/machine/tools.js';
import { linkAssembly, linkC, machineTest, scratch } from './support/snippets.js';

const COPY_AND_NEGATE = `
#include "semihosting.h"
int main(void) {
  static float values[4];
  int32_t in = tfb_open_input("in.bin");
  tfb_read(in, values, sizeof values);
  for (int i = 0; i < 4; i++) values[i] = -values[i];
  int32_t out = tfb_open_output("out.bin");
  tfb_write(out, values, sizeof values);
  tfb_close(out);
  return 0;
}`;

describe.each(MACHINES)('Firmware on a $name', (machine) => {
  machineTest('exchanges files with its caller and computes in floating point', async () => {
    const input = new Uint8Array(Float32Array.of(1, -2.5, 0.125, 3e7).buffer);
    const elf = await linkC(machine, COPY_AND_NEGATE);
    const { exitCode, files } = await runFirmware({
      machine,
      elf,
      inputs: { 'in.bin': input },
      outputs: ['out.bin'],
    });
    expect(exitCode).toBe(0);
    expect([...new Float32Array(files['out.bin']!.slice().buffer)]).toEqual([-1, 2.5, -0.125, -3e7]);
  });

  machineTest('that crashes is an error with the place and the exit code', async () => {
    const elf = await linkC(machine, 'int main(void) { return *(volatile int *)0xF0000001; }');
    await expect(runFirmware({ machine, elf })).rejects.toMatchObject({
      code: 'E_MACHINE_FAULT',
      details: {
        exitCode: 99,
        console: expect.stringMatching(/^fault at pc=0x[0-9a-f]{8} status=0x[0-9a-f]{8}$/),
      },
    });
  });
});

describe('Running firmware', () => {
  machineTest('returns the exit code of main', async () => {
    const elf = await linkC(CORTEX_M4, 'int main(void) { return 42; }');
    expect((await runFirmware({ machine: CORTEX_M4, elf })).exitCode).toBe(42);
  });

  machineTest('ends at its time limit', async () => {
    const elf = await linkC(CORTEX_M4, 'int main(void) { for (;;) __asm volatile(""); }');
    await expect(runFirmware({ machine: CORTEX_M4, elf, timeoutMs: 500 })).rejects.toMatchObject({
      code: 'E_MACHINE_TIMEOUT',
    });
  });

  machineTest('reports an overflowing stack as a crash', async () => {
    const text = 'int f(volatile char *p) { volatile char a[4096]; a[0] = *p; return f(a) + a[0]; }';
    const elf = await linkC(CORTEX_M4, `${text} int main(void) { char c = 0; return f(&c); }`);
    await expect(runFirmware({ machine: CORTEX_M4, elf })).rejects.toMatchObject({ code: 'E_MACHINE_FAULT' });
  });

  machineTest('says when an input file is missing', async () => {
    const elf = await linkC(CORTEX_M4, COPY_AND_NEGATE);
    const { exitCode, console: said } = await runFirmware({ machine: CORTEX_M4, elf });
    expect([exitCode, said]).toEqual([97, 'cannot open in.bin']);
  });

  machineTest('says when the firmware wrote no output', async () => {
    const elf = await linkC(CORTEX_M4, 'int main(void) { return 0; }');
    await expect(runFirmware({ machine: CORTEX_M4, elf, outputs: ['none.bin'] })).rejects.toMatchObject({
      code: 'E_MACHINE_OUTPUT',
    });
  });

  machineTest('refuses what is no firmware', async () => {
    await expect(runFirmware({ machine: CORTEX_M4, elf: `${scratch}/none.elf` })).rejects.toMatchObject({
      code: 'E_MACHINE_START',
    });
  });

  machineTest('refuses a region that ends without having begun', async () => {
    const elf = await linkAssembly(CORTEX_M4, 'dbg #2');
    await expect(runFirmware({ machine: CORTEX_M4, elf })).rejects.toMatchObject({ code: 'E_MACHINE_START' });
  });

  machineTest('shows the complaint of the compiler', async () => {
    await expect(linkC(CORTEX_M4, 'int main(void) { return nothing; }')).rejects.toMatchObject({
      code: 'E_COMPILE',
      message: expect.stringContaining("'nothing' undeclared"),
    });
  });

  test.each(['../escape', '/etc/passwd', 'a b', 'regions.json', ''])(
    'refuses to exchange a file named %j',
    async (name) => {
      const run = runFirmware({ machine: CORTEX_M4, elf: 'none.elf', inputs: { [name]: new Uint8Array(1) } });
      await expect(run).rejects.toMatchObject({ code: 'E_FILE_NAME' });
    },
  );
});

describe('The tools', () => {
  test('are all missing on an empty search path, and each says what that costs', async () => {
    const { ready, missing } = await machineAvailability({ searchPath: '' });
    expect(ready).toBe(false);
    expect(missing.map(({ name }) => name)).toEqual([
      'arm-none-eabi-gcc',
      'newlib',
      'qemu-system-arm',
      'gcc',
    ]);
    expect(missing.every(({ costWithout }) => costWithout.length > 20)).toBe(true);
  });

  test('are asked for by package when missing', async () => {
    await expect(requireTool('qemu-system-arm', { searchPath: scratch })).rejects.toMatchObject({
      code: 'E_TOOL',
      hint: 'install the package qemu-system-arm (apt-get install qemu-system-arm)',
    });
  });

  test('know two machines', () => {
    expect(findMachine('cortex-m7').qemuBoard).toBe('mps2-an500');
    expect(() => findMachine('cortex-m55')).toThrow(/E_MACHINE: .*cortex-m55/);
  });
});

describe('A malformed report of the counter', () => {
  test.each([
    '',
    '{}',
    '{"formatVersion":1,"regions":[]}',
    '{"formatVersion":2,"regions":[{"id":0,"counts":{}}]}',
  ])('is refused: %j', (text) => expect(() => parseCounterReport(text)).toThrow(/E_COUNTER_REPORT/));
});
