import type { Installation } from '../../state.ts';
import { adminRequired, RestError } from '../error.ts';
import { type Call, type MethodTable, single } from '../method.ts';
import { toEntries, toText } from '../params.ts';

/** Key-value stores of the app and of each of its users. */
export const OPTION_METHODS: MethodTable = {
  'app.option.get': { scopes: [], run: (call) => read(call, requireInstallation(call).appOptions) },
  'app.option.set': {
    scopes: [],
    run: (call) => {
      const installation = requireInstallation(call);
      if (!call.caller.user.isAdmin) throw adminRequired();
      Object.assign(installation.appOptions, readOptions(call));
      return single(true);
    },
  },
  'user.option.get': {
    scopes: [],
    run: (call) => read(call, requireInstallation(call).userOptions.get(call.caller.user.id) ?? {}),
  },
  'user.option.set': {
    scopes: [],
    run: (call) => {
      const { userOptions } = requireInstallation(call);
      const userId = call.caller.user.id;
      userOptions.set(userId, { ...userOptions.get(userId), ...readOptions(call) });
      return single(true);
    },
  },
};

/** Options belong to an installation: a webhook has none, and is told so with this method family's own code. */
function requireInstallation(call: Call): Installation {
  const { installation } = call.portal;
  if (call.caller.kind === 'webhook' || !installation)
    throw new RestError(400, 'AccessException', 'Application context required');
  return installation;
}

function read(call: Call, options: Record<string, string>) {
  const name = toText(call.params.option);
  if (name !== '') return single(Object.hasOwn(options, name) ? options[name] : '');
  return single(Object.keys(options).length === 0 ? [] : options);
}

function readOptions(call: Call): Record<string, string> {
  const entries = toEntries(call.params.options);
  if (!entries || entries.length === 0) throw new RestError(400, 'ArgumentNullException', "Argument 'options' is null or empty");
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : toText(value)]),
  );
}
