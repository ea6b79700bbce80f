import type { FaultScript } from '../../sandbox/bitrix24/fault-script.ts';
import { createRandom, hash, type Random } from '../../sandbox/world/random.ts';
import type { WorldSize } from '../../sandbox/world/types.ts';
import type { Checks } from './checks.ts';
import type { Cluster, FaultDatabase } from './cluster.ts';
import { createRig, type Rig, type RigOptions } from './rig.ts';

type What = FaultScript[number]['what'];
type When = NonNullable<FaultScript[number]['when']>;

/** One way to play a row of the matrix. */
export interface FaultCase {
  /** F01…F40 of the matrix in sync-rules.md. */
  fault: string;
  what: string;
  /** Needs seconds of ours and processes of its own, so it runs beside the others. */
  isSlow?: true;
  run(stage: Stage, checks: Checks): Promise<void>;
}

/** What of a row cannot be played here. */
export interface NotApplicable {
  fault: string;
  reason: string;
}

/** Where a full load of a portal of that size has its pages: ordinals of its requests, all of them batches. */
export interface Places {
  start: number;
  middle: number;
  last: number;
}

export interface StageOptions {
  cluster: Cluster;
  /** Shared by the cases of a lane, one after the other; a case may change it as long as it undoes that. */
  database: FaultDatabase;
  places: Places;
  size: WorldSize;
  seed: number;
  /** How often a worker is killed. */
  kills: number;
}

/** What a case is played on. Closes what it has made. */
export interface Stage extends StageOptions {
  random: Random;
  createRig(options?: RigOptions & { database?: FaultDatabase }): Promise<Rig>;
  /** A database that no other case sees. */
  createDatabase(): Promise<FaultDatabase>;
  /** Has something stopped when the case ends, last first. */
  onEnd(stop: () => Promise<unknown>): void;
  end(): Promise<void>;
}

/** @param name makes the case's portals differ from those of others */
export function createStage(options: StageOptions, name: string): Stage {
  const stops: (() => Promise<unknown>)[] = [];
  const caseSeed = hash(options.seed, ...[[...name].reduce((sum, letter) => hash(sum, letter.charCodeAt(0)), 7)]) % 1_000_000_000;
  let rigs = 0;
  const stage: Stage = {
    ...options,
    random: createRandom(caseSeed),
    async createRig(rigOptions = {}) {
      const { database = options.database, ...others } = rigOptions;
      const rig = await createRig(database.db, { size: options.size, seed: caseSeed + 10 * rigs++, ...others });
      stops.push(rig.close);
      return rig;
    },
    async createDatabase() {
      const database = await options.cluster.createDatabase();
      stops.push(database.close);
      return database;
    },
    onEnd: (stop) => stops.push(stop),
    async end() {
      for (const stop of stops.splice(0).reverse()) await stop();
    },
  };
  return stage;
}

/** The same fault at the start, in the middle and on the last page of a full load. Each hit costs one request more. */
export function atPlaces({ start, middle, last }: Places, what: What, times = 1): FaultScript {
  return [start, middle, last].map((place, index) => ({ when: { method: 'batch', from: place + index * times, times }, what }));
}

/** The same fault at one place. */
export function at(from: number, what: What, when: Partial<When> = {}): FaultScript {
  return [{ when: { method: 'batch', from, ...when }, what }];
}

export const PLACES = ['start', 'middle', 'last'] as const;
