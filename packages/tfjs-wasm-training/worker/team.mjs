/** @file A thread of the WebAssembly engines: an instance on the shared heap with a stack of its own, until it is stopped. */
/* global WebAssembly */

import { workerData } from 'node:worker_threads';

const { module, memory, stack, team, thread } = workerData;
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
exports.__stack_pointer.value = stack;
exports.team_work(team, thread);
