// Usage: npm start [-- --size empty|tiny|small|large] [-- --simple] [-- --language en|ru|uz] [-- --model] [-- --webhook <url>]
//
// Runs LeadRelay. Without CRM credentials in .env a sandbox Bitrix24 portal runs beside it, where LeadRelay can be installed
// with one click; --size, --simple and --language choose that portal, --model adds a stand-in for a language model to it.
// --webhook connects a real portal by its inbound webhook address instead and prints a sign-in link.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { SandboxSettings } from '../sandbox/process.ts';
import { ConfigError } from '../server/platform/config.ts';
import { type Launched, launch } from './launch.ts';

const ROOT = path.dirname(import.meta.dirname);

try {
  const { sandbox, hasModel, webhook } = readArguments();
  readEnvFile(path.join(ROOT, '.env'));
  const startedAt = performance.now();
  let running: Launched | undefined;
  stopOnSignals(async () => running?.close());
  const launched = await launch({
    dataDir: path.join(ROOT, '.leadrelay'),
    env: process.env,
    sandbox: webhook ? null : [sandbox],
    hasModel,
    onProgress: (line) => console.log(line),
  });
  running = launched;
  const next = await describeNextStep(launched, webhook).catch(async (error: unknown) => {
    await launched.close();
    throw error;
  });
  console.log(`\nLeadRelay runs at ${launched.url} (started in ${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  if (next) console.log(next);
  console.log('Stop with Ctrl-C.');
} catch (error) {
  // A sentence for what a person can mend; anything else is a defect of ours and needs its stack.
  console.error(isForPeople(error) ? error.message : error);
  process.exit(1);
}

async function describeNextStep({ sandbox, server }: Launched, webhook: string | undefined): Promise<string | null> {
  if (webhook) {
    return `Open this link to your portal’s dashboard, it works once and for 10 minutes: ${await server.connectWebhook(webhook)}`;
  }
  return sandbox && `Open the sandbox Bitrix24 portal and click Install in its Market: ${sandbox.portalUrl}/marketplace/`;
}

function readArguments(): { sandbox: SandboxSettings; hasModel: boolean; webhook: string | undefined } {
  const { values } = parseArgs({
    options: {
      size: { type: 'string', default: 'small' },
      simple: { type: 'boolean', default: false },
      language: { type: 'string', default: 'en' },
      model: { type: 'boolean', default: false },
      webhook: { type: 'string' },
    },
  });
  const size = oneOf('size', values.size, ['empty', 'tiny', 'small', 'large'] as const);
  const language = oneOf('language', values.language, ['en', 'ru', 'uz'] as const);
  return {
    sandbox: { size, language, mode: values.simple ? 'simple' : 'classic' },
    hasModel: values.model,
    webhook: values.webhook,
  };
}

function oneOf<Value extends string>(name: string, value: string, allowed: readonly Value[]): Value {
  const found = allowed.find((candidate) => candidate === value);
  if (!found) throw new ConfigError(`--${name} must be one of ${allowed.join(', ')}.`);
  return found;
}

/** Reads .env into the environment; what is already set there wins. Node itself skips lines it cannot read, we name them. */
function readEnvFile(file: string): void {
  if (!existsSync(file)) return;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError('.env cannot be read: check its permissions.', { cause });
  }
  const bad = text.split('\n').findIndex((line) => line.trim() !== '' && !/^\s*(#|(export\s+)?[A-Za-z_]\w*\s*=)/.test(line));
  if (bad >= 0) throw new ConfigError(`.env line ${bad + 1} is not of the form NAME=value: correct or remove it.`);
  process.loadEnvFile(file);
}

function isForPeople(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return (
    ['ConfigError', 'MigrateError', 'EmbeddedPostgresError', 'SandboxError', 'AppError', 'CrmError'].includes(error.name) ||
    ('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
  );
}

/** @param close what is stopped in order; what is only being started ends with this process */
function stopOnSignals(close: () => Promise<void>): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    console.log('\nStopping…');
    await close();
    process.exit(0);
  };
  // SIGHUP: the terminal was closed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}
