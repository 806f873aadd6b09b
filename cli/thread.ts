import { loadBundle } from './load-bundle.ts';

// What a thread with a VM in it starts with.

const { startThread } = loadBundle('vm.js') as typeof import('./vm.ts');
startThread();
