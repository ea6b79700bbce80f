/** A value taken from an earlier command of the same batch. Only code makes these: text that looks like one is refused. */
export class Reference {
  readonly expression: string;

  /** @param path from the command's result down: `new Reference('p0', ['items', 49, 'id'])` */
  constructor(command: string, path: readonly (string | number)[]) {
    this.expression = `$result[${[command, ...path].join('][')}]`;
  }
}

export type Param = string | number | boolean | Reference | readonly Param[] | { readonly [key: string]: Param };
export type Params = Readonly<Record<string, Param>>;

export interface BatchCommand {
  /** Letters and digits; the key of its result. */
  name: string;
  method: string;
  params?: Params;
}

/** `crm.item.list?entityTypeId=2&filter%5B%3Cid%5D=10`: a command as `batch` takes it, nested values in PHP's brackets. */
export function encodeCommand(command: BatchCommand): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(command.params ?? {})) append(query, key, value);
  return `${command.method}?${query}`;
}

function append(query: URLSearchParams, key: string, value: Param): void {
  if (value instanceof Reference) {
    query.append(key, value.expression);
  } else if (typeof value === 'object') {
    for (const [name, item] of Object.entries(value)) append(query, `${key}[${name}]`, item);
  } else {
    const text = String(value);
    if (`${key}${text}`.includes('$result')) throw new TypeError(`A value of ${key} looks like a batch reference`);
    query.append(key, text);
  }
}
