import type { Db } from '../../server/platform/db.ts';

/** How a worker dies: asked at each of its writes, before and after the commit. */
export interface Life {
  /** @returns true: it dies here */
  endsAt(moment: 'before commit' | 'after commit'): boolean;
}

/** Whatever a dead worker tries. */
export class KilledError extends Error {
  override name = 'KilledError';

  constructor() {
    super('The worker was killed');
  }
}

/** The database as a worker that is killed sees it: from then on nothing that it does reaches it, no last words either. */
export function mortal(db: Db, life: Life): Db {
  let isDead = false;
  const dieAt = (moment: Parameters<Life['endsAt']>[0]) => {
    isDead ||= life.endsAt(moment);
    if (isDead) throw new KilledError();
  };
  return {
    ...db,
    async withTenant(tenantId, mode, work, options) {
      if (isDead) throw new KilledError();
      const result = await db.withTenant(
        tenantId,
        mode,
        async (tx) => {
          const made = await work(tx);
          if (mode === 'write') dieAt('before commit');
          return made;
        },
        options,
      );
      if (mode === 'write') dieAt('after commit');
      return result;
    },
  };
}
