import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { printed } from '../../tools/oracle.ts';
import { type Debuggee, session } from './session.ts';

/** Unfolds every scope of every frame of every thread, as a curious user would. */
async function lookAtEverything(debuggee: Debuggee): Promise<void> {
  for (const { id } of await debuggee.threads()) {
    for (const frame of await debuggee.stack(id)) {
      const { scopes } = await debuggee.client.request<DebugProtocol.ScopesResponse['body']>('scopes', {
        frameId: frame.id,
      });
      for (const { variablesReference } of scopes) {
        for (const variable of await debuggee.variables(variablesReference)) {
          if (variable.variablesReference > 0) await debuggee.variables(variable.variablesReference);
        }
      }
    }
  }
}

describe('the examples, stopped at every suspension and looked at', function () {
  this.timeout(60_000);
  const names = readdirSync('examples').filter((name) => name.endsWith('.py'));
  for (const name of names) {
    it(name, async () => {
      const source = readFileSync(`examples/${name}`, 'utf8');
      await session(source)
        .check(async (debuggee) => {
          await debuggee.launch([], { filters: ['suspend', 'uncaught'] });
          const ended = debuggee.client.event('terminated').then(() => true);
          const stops = () => debuggee.waitForStop().then(() => false);
          // The wait for a stop fails when the program ends.
          while (!(await Promise.race([ended, stops().catch(() => true)]))) {
            await lookAtEverything(debuggee);
            await debuggee.resume('continue');
          }
          assert.equal(debuggee.client.output['stdout'], await printed(source));
          assert.equal(debuggee.client.output['stderr'], '');
        })
        .passes();
    });
  }
});
