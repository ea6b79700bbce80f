import { COMPANIES, CONTACTS, DEALS, LEADS } from '../entities.ts';
import type { Method } from '../method.ts';
import { ACTIVITY_METHODS } from './crm-activity.ts';
import { createClassicMethods } from './crm-classic.ts';
import { DICTIONARY_METHODS } from './crm-dictionaries.ts';
import { ITEM_METHODS } from './crm-item.ts';
import { STAGE_HISTORY_METHODS } from './crm-stage-history.ts';
import { EVENT_METHODS } from './events.ts';
import { OPTION_METHODS } from './options.ts';
import { PLACEMENT_METHODS } from './placements.ts';
import { PRODUCT_ROW_METHODS } from './product-rows.ts';
import { PRODUCT_METHODS } from './products.ts';
import { createSystemMethods } from './system.ts';
import { USER_METHODS } from './users.ts';

/** Every method but batch, by lower-case name. */
export const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    ...createSystemMethods((name) => METHODS.get(name)),
    ...USER_METHODS,
    ...OPTION_METHODS,
    ...PLACEMENT_METHODS,
    ...EVENT_METHODS,
    ...createClassicMethods(LEADS),
    ...createClassicMethods(DEALS),
    ...createClassicMethods(CONTACTS),
    ...createClassicMethods(COMPANIES),
    ...ITEM_METHODS,
    ...ACTIVITY_METHODS,
    ...DICTIONARY_METHODS,
    ...STAGE_HISTORY_METHODS,
    ...PRODUCT_METHODS,
    ...PRODUCT_ROW_METHODS,
  }),
);
