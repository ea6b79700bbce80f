import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

/**
 * Runs `work` with Prisma's migration engine on a database; it is the engine of `prisma migrate`, without a download.
 * @param schema text of schema.prisma, needed to compare with it
 */
export async function withSchemaEngine<Result>(
  url: string,
  work: (engine: bindings.SchemaEngine) => Promise<Result>,
  schema?: string,
): Promise<Result> {
  globalThis.leadrelaySchemaEngine ??= loadEngine();
  await globalThis.leadrelaySchemaEngine;
  const pool = new pg.Pool({ connectionString: url, application_name: 'leadrelay migrate' });
  pool.on('error', () => {});
  const adapter = new MigrationPg(pool);
  const datamodels: [string, string][] | undefined = schema === undefined ? undefined : [['schema.prisma', schema]];
  try {
    const engine = await bindings.SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(adapter));
    return await work(engine);
  } catch (error) {
    throw adapter.scriptError ?? error;
  } finally {
    await pool.end();
  }
}

/**
 * Prisma's adapter with two mends. It cuts scripts at every semicolon, also inside functions; PostgreSQL takes them whole, in
 * one transaction. And it refuses PostgreSQL's internal type "char", which the engine's own catalog queries return.
 */
class MigrationPg extends PrismaPg {
  /** Rows of a result -> its columns of type "char". */
  private readonly charColumns: WeakMap<object, number[]>;
  /** What PostgreSQL said about a script; the engine passes on that it failed and not why. */
  scriptError: unknown;

  constructor(pool: pg.Pool) {
    const charColumns = new WeakMap<object, number[]>();
    super(passCharAsText(pool, charColumns));
    this.charColumns = charColumns;
  }

  override async connect() {
    const adapter = await super.connect();
    adapter.executeScript = async (script) => {
      await adapter
        .underlyingDriver()
        .query(script)
        .catch((error: unknown) => {
          this.scriptError = error;
          throw error;
        });
    };
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      for (const index of this.charColumns.get(result.rows) ?? []) result.columnTypes[index] = ColumnTypeEnum.Character;
      return result;
    };
    return adapter;
  }
}

function passCharAsText(pool: pg.Pool, charColumns: WeakMap<object, number[]>): pg.Pool {
  const { CHAR, TEXT } = pg.types.builtins;
  return Object.assign(new pg.Pool(), {
    connect: () => pool.connect(),
    query: async (config: pg.QueryArrayConfig) => {
      const result = await pool.query(config);
      for (const [index, field] of (result.fields ?? []).entries()) {
        if (field.dataTypeID !== CHAR) continue;
        field.dataTypeID = TEXT;
        charColumns.set(result.rows, [...(charColumns.get(result.rows) ?? []), index]);
      }
      return result;
    },
  });
}

/** Node has it; its types leave it to those of browsers. */
declare const WebAssembly: {
  instantiate(file: Uint8Array, imports: Record<string, object>): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

/**
 * The package keeps one engine's memory in a module of its own, while this file may be loaded more than once in a process
 * (vitest does, once a project). A second engine would take the first one's memory away under its feet.
 */
declare global {
  var leadrelaySchemaEngine: Promise<void> | undefined;
}

/** Done by hand because Node prints a warning where the package imports its WebAssembly as a module. */
async function loadEngine(): Promise<void> {
  const directory = path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const file = await readFile(path.join(directory, 'schema_engine_bg.wasm'));
  const imports = Object.fromEntries(
    Object.entries(bindings).map(([name, value]) => [name, isSetTimeout(name, value) ? unref(value) : value]),
  );
  const { instance } = await WebAssembly.instantiate(file, { './schema_engine_bg.js': imports });
  bindings.__wbg_set_wasm(instance.exports);
  const { __wbindgen_start: start } = instance.exports;
  if (typeof start === 'function') start();
}

type SetTimeout = (...args: unknown[]) => NodeJS.Timeout;

function isSetTimeout(name: string, value: unknown): value is SetTimeout {
  return name.startsWith('__wbg_setTimeout_') && typeof value === 'function';
}

/** The engine leaves its 10-second lock timeout running, which would keep a finished process waiting. */
function unref(setTimer: SetTimeout): SetTimeout {
  return (...args) => setTimer(...args).unref();
}
