// Root hooks of the whole test run (`require` in the mocha configuration).
import { stopSharedControlPlane } from './shared-control-plane.ts';

/** After the last test: what was shared is stopped. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await stopSharedControlPlane();
  },
};
