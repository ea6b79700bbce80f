import { appStatus } from '../../portal/event-post.ts';
import { RestError } from '../error.ts';
import { type Answer, type Call, type Method, type MethodTable, single } from '../method.ts';
import { isYes, toText } from '../params.ts';
import { formatTime } from '../time.ts';

/** Scopes the portal knows, for `scope?full=true`. */
const ALL_SCOPES = ['catalog', 'crm', 'department', 'placement', 'task', 'telephony', 'user', 'user_basic', 'user_brief'];

/** Methods about the portal, the app and the API itself. `find` looks a method up for method.get. */
export function createSystemMethods(find: (name: string) => Method | undefined): MethodTable {
  return {
    'server.time': { scopes: [], run: (call) => single(formatTime(call.now, call.portal.utcOffsetMinutes)) },
    scope: { scopes: [], run: listScopes },
    'app.info': { scopes: [], run: showApp },
    'feature.get': { scopes: [], run: showFeature },
    'method.get': {
      scopes: [],
      run: (call) => {
        const method = find(toText(call.params.name).toLowerCase());
        return single({ isExisting: method !== undefined, isAvailable: method !== undefined && isOpenTo(call, method) });
      },
    },
  };
}

/** Whether the caller's scopes open the method. */
export function isOpenTo(call: Pick<Call, 'caller'>, method: Method): boolean {
  const { scopes } = call.caller;
  return method.scopes.length === 0 || scopes === null || method.scopes.some((scope) => scopes.has(scope));
}

function listScopes(call: Call): Answer {
  const scopes = isYes(call.params.full) || call.caller.scopes === null ? ALL_SCOPES : [...call.caller.scopes];
  return { result: scopes, records: scopes.length };
}

function showApp(call: Call): Answer {
  const { portal, app } = call;
  if (call.caller.kind === 'webhook' || !portal.installation) {
    throw new RestError(400, 'ACCESS_DENIED', 'Access denied! Application context required');
  }
  const type = portal.license.split('_').slice(1).join('_');
  return single({
    ID: 1,
    CODE: app.clientId,
    VERSION: portal.installation.version,
    STATUS: appStatus(app),
    INSTALLED: portal.installation.installed,
    PAYMENT_EXPIRED: portal.paymentRequired ? 'Y' : 'N',
    DAYS: null,
    LANGUAGE_ID: portal.language,
    LICENSE: portal.license,
    LICENSE_TYPE: type,
    LICENSE_FAMILY: type.replace(/\d+$/, ''),
  });
}

/** Offline events are part of every plan here; their own connector queue belongs to the plans from Professional on. */
function showFeature(call: Call): Answer {
  const code = toText(call.params.code);
  if (code === '') throw new RestError(400, 'CODE_EMPTY', "CODE can't be empty");
  const high = /_(pro|ent)/.test(call.portal.license);
  const value = code === 'rest_offline_extended' || (code === 'rest_auth_connector' && high);
  return single({ value: value ? 'Y' : 'N' });
}
