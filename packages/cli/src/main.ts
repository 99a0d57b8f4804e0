/** @file The entry of the `tinyformer` program. */
import { main } from './program.js';

process.exitCode = await main(process.argv.slice(2));
