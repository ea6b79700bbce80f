import type { IncomingMessage } from 'node:http';
import { RestError } from './error.ts';

/** Parameters as PHP would hold them: strings, numbers, arrays and objects. Top-level names are lower case. */
export type Params = Record<string, unknown>;

const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** PHP's max_input_nesting_level. */
const MAX_NESTING = 64;

/**
 * Reads the parameters of a request: query string, then body (JSON, urlencoded or multipart), which wins.
 * Files of a multipart body are left out.
 */
export async function readParams(request: IncomingMessage, url: URL): Promise<Params> {
  const fromQuery = parseQuery(url.search.slice(1));
  return lowerCaseKeys({ ...fromQuery, ...(await readBody(request)) });
}

/** A command of a batch: `crm.item.list?entityTypeId=1&start=-1`. */
export function parseCommand(command: string): { name: string; params: Params } {
  const mark = command.indexOf('?');
  const name = (mark < 0 ? command : command.slice(0, mark))
    .trim()
    .toLowerCase()
    .replace(/\.json$/, '');
  return { name, params: mark < 0 ? {} : lowerCaseKeys(parseQuery(command.slice(mark + 1))) };
}

/** PHP's parse_str: `a[b][0]=c`, `a[]=1`. Objects with keys 0..n-1 become arrays. */
export function parseQuery(query: string): Record<string, unknown> {
  return build([...new URLSearchParams(query)]);
}

/** Values of a parameter that may be one value, an array or a PHP array sent as an object. */
export function toList(value: unknown): unknown[] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value;
  return typeof value === 'object' ? Object.values(value) : [value];
}

/** Entries of a map parameter; null when it is there but is no map. An empty PHP array arrives as [] or ''. */
export function toEntries(value: unknown): [string, unknown][] | null {
  if (value === undefined || value === null || value === '') return [];
  return typeof value === 'object' ? Object.entries(value) : null;
}

export function toText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Whole number, or the fallback when it is absent or is no number. */
export function toInteger(value: unknown, fallback: number): number {
  const text = toText(value).trim();
  return /^-?\d+$/.test(text) ? Number(text) : fallback;
}

/** What PHP and Bitrix24 take for yes. */
export function isYes(value: unknown): boolean {
  return value === true || ['1', 'Y', 'y', 'true'].includes(toText(value));
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  if (request.method === 'GET' || request.method === 'HEAD') return {};
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new RestError(413, 'INVALID_REQUEST', 'Request body is too large');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (body.length === 0) return {};
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) return readMultipart(body, type);
  if (type.startsWith('application/x-www-form-urlencoded')) return parseQuery(body.toString());
  return parseJson(body.toString());
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Bitrix24 does not tell a broken body from an empty one either, but silence would hide a client's bug.
  }
  throw new RestError(400, 'INVALID_REQUEST', 'Request body is not valid JSON');
}

async function readMultipart(body: Buffer, type: string): Promise<Record<string, unknown>> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData().catch(() => null);
  if (!form) throw new RestError(400, 'INVALID_REQUEST', 'Request body is not valid multipart/form-data');
  return build([...form].filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

type Node = Map<string, Node | string>;

function build(pairs: [string, string][]): Record<string, unknown> {
  const root: Node = new Map();
  for (const [name, value] of pairs) insert(root, splitName(name), value);
  return Object.fromEntries([...root].map(([key, node]) => [key, toValue(node)]));
}

/** `a[b][0]` -> a, b, 0; an empty segment appends. */
function splitName(name: string): string[] {
  const bracket = name.indexOf('[');
  if (bracket <= 0 || !name.endsWith(']')) return [name];
  return [name.slice(0, bracket), ...name.slice(bracket + 1, -1).split('][')].slice(0, MAX_NESTING);
}

function insert(root: Node, path: string[], value: string): void {
  let node = root;
  for (const [depth, segment] of path.entries()) {
    const key = segment === '' && depth > 0 ? String(node.size) : segment;
    if (depth === path.length - 1) {
      node.set(key, value);
      return;
    }
    const next = node.get(key);
    if (next instanceof Map) {
      node = next;
    } else {
      const child: Node = new Map();
      node.set(key, child);
      node = child;
    }
  }
}

function toValue(node: Node | string): unknown {
  if (typeof node === 'string') return node;
  const keys = [...node.keys()];
  return keys.every((key, index) => key === String(index))
    ? [...node.values()].map(toValue)
    : Object.fromEntries([...node].map(([key, child]) => [key, toValue(child)]));
}

function lowerCaseKeys(params: Record<string, unknown>): Params {
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key.toLowerCase(), value]));
}
