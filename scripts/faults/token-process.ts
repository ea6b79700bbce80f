// One of several processes whose requests have all been refused with the same old token; started by fork(). On `go` it refreshes
// that token many times at once and asks the portal with what it got.
import { createBitrixOAuth } from '../../server/crm/bitrix24/oauth.ts';
import { loadConfig } from '../../server/platform/config.ts';
import { createSealer } from '../../server/platform/crypto.ts';
import { createDb } from '../../server/platform/db.ts';
import { createOutbound } from '../../server/platform/outbound.ts';
import { createTokenSource } from '../../server/tenants/connections.ts';

const config = loadConfig(process.env);
const [tenantId = '', count = '1'] = process.argv.slice(2);
const db = createDb({ url: config.databaseUrl, poolSize: 6 });
const outbound = createOutbound({ allow: config.outboundAllow });
const { clientId, clientSecret, oauthUrls } = config.bitrix24;
const oauth = createBitrixOAuth({ outbound, clientId, clientSecret, servers: oauthUrls, now: () => new Date() });
const tokens = createTokenSource({ db, sealer: createSealer(config.secret), refresh: oauth.refresh }, tenantId, 'bitrix24');
const stale = await tokens.get();

process.once('message', async () => {
  const statuses = await Promise.all(
    Array.from({ length: Number(count) }, async () => {
      const { accessToken, endpoint } = await tokens.refresh(stale);
      return (await outbound.send({ method: 'POST', url: `${endpoint}profile`, body: { auth: accessToken } })).status;
    }),
  );
  process.send?.(statuses);
});
process.on('disconnect', async () => {
  await Promise.all([db.close(), outbound.close()]);
});
process.send?.('ready');
