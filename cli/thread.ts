import { join } from 'node:path';
import { loadBundle } from './load-bundle.ts';

// What a thread with a VM in it starts with.

loadBundle(join(__dirname, 'vm'));
