// npm run bench -- NAME [ARG…]
export {};

const benchmarks: Record<string, () => Promise<{ main(args: readonly string[]): Promise<void> }>> = {
  compile: () => import('./compile.ts'),
  'compile-scaling': () => import('./compile-scaling.ts'),
  debug: () => import('./debug.ts'),
  memory: () => import('./memory.ts'),
  startup: () => import('./startup.ts'),
  vm: () => import('./vm.ts'),
};

const [name, ...args] = process.argv.slice(2);
const load = benchmarks[name];
if (!load) {
  console.error(`usage: npm run bench -- NAME, where NAME is one of: ${Object.keys(benchmarks).join(', ')}`);
  process.exit(2);
}
await (await load()).main(args);
