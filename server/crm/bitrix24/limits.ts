import type { RequestLimits } from '../rate-limiter.ts';

const OPERATING_SECONDS = 480;

/**
 * @param license `LICENSE` of app.info (`de_ent10000`), null when unknown
 * Source: https://apidocs.bitrix24.com/limits.html
 */
export function requestLimits(license: string | null): RequestLimits {
  const isEnterprise = license !== null && /_ent/.test(license);
  return { drainPerSecond: isEnterprise ? 5 : 2, burst: isEnterprise ? 250 : 50, operatingSeconds: OPERATING_SECONDS };
}
