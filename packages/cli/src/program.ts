/** @file The program: its commands, and errors as one line with exit code 1 (2 where the command line itself is wrong). */
import { TOOL_VERSION } from '@tinyformer/core';
import { Command, CommanderError } from 'commander';
import { addBenchCommands } from './commands/bench.js';
import { addCompileCommands } from './commands/compile.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addInspectCommand } from './commands/inspect.js';
import { addRunCommand } from './commands/run.js';
import { addSearchCommand } from './commands/search.js';
import { addTrainCommands } from './commands/train.js';
import { describeError, describeUsageError } from './errors.js';

const USAGE_ERROR = 2;

/** Runs one command line (without node and script). Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return endOfCommander(error);
    console.error(describeError(error));
    if (program.opts<{ debug: boolean }>().debug) console.error(error);
    return 1;
  }
}

/** Help and version are no errors, and the help that stands in for a missing command has been shown. */
function endOfCommander(error: CommanderError): number {
  if (error.exitCode === 0) return 0;
  if (error.code !== 'commander.help') console.error(describeUsageError(error));
  return USAGE_ERROR;
}

function createProgram(): Command {
  const program = new Command('tinyformer')
    .description('Designs sparse convolution-transformer networks and deploys them on microcontrollers.')
    .version(TOOL_VERSION)
    .option('--debug', 'with the stack of an error', false)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  addRunCommand(program);
  addTrainCommands(program);
  addSearchCommand(program);
  addCompileCommands(program);
  addInspectCommand(program);
  addBenchCommands(program);
  addDoctorCommand(program);
  return program;
}
