import type { BitrixOAuth } from '../crm/bitrix24/oauth.ts';
import type { Config } from '../platform/config.ts';
import type { Sealer } from '../platform/crypto.ts';
import type { Db } from '../platform/db.ts';
import type { Logger } from '../platform/log.ts';
import type { Outbound } from '../platform/outbound.ts';

export interface Bitrix24Deps {
  config: Pick<Config, 'bitrix24' | 'publicUrl' | 'secret' | 'outboundAllow'>;
  db: Db;
  outbound: Outbound;
  log: Logger;
  now: () => Date;
}

/** What the parts of this folder work with. */
export interface InstallContext extends Bitrix24Deps {
  sealer: Sealer;
  oauth: BitrixOAuth;
}

export function accountKey(memberId: string): string {
  return `bitrix24:${memberId}`;
}
