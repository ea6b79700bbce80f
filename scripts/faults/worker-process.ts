// A LeadRelay process as `npm start` runs it, configured by its environment; started by fork(). Says `ready` once it works, and
// stops on SIGTERM as the product's own command does.
import { startServer } from '../../server/main.ts';
import { loadConfig } from '../../server/platform/config.ts';

const server = await startServer(loadConfig(process.env), { assetsDir: process.env.ASSETS_DIR ?? '' });
process.on('SIGTERM', async () => {
  await server.close();
  process.exit(0);
});
// Whoever started us has ended without a word.
process.on('disconnect', () => process.exit(1));
process.send?.('ready');
