import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from './api.ts';
import { OPERATIONS, type Operation, REPLY_SCHEMAS, REQUEST_SCHEMAS } from './operations.ts';

type JsonSchema = Record<string, unknown>;

interface MediaTypes {
  [mediaType: string]: { schema: JsonSchema };
}

interface DescribedOperation {
  summary: string;
  description?: string;
  /** Empty: no session is needed. With the role `admin`: only administrators. */
  security: { session: 'admin'[] }[];
  parameters: { name: string; in: 'path' | 'query' | 'header'; required: boolean; description?: string; schema: JsonSchema }[];
  requestBody?: { required: true; content: MediaTypes };
  responses: Record<string, { description: string; content?: MediaTypes }>;
}

export interface OpenApiDocument {
  openapi: '3.1.1';
  info: { title: string; version: string; description: string };
  /** Path -> method in lower case. */
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, object> };
}

const DESCRIPTION = `What the app and the server of LeadRelay say to each other.
Errors are problem+json (RFC 9457) with a \`code\`. Bodies are UTF-8, at most 256 kB and nested at most 20 deep.
The server is stricter than JSON Schema can be: texts hold neither NUL nor half a surrogate pair; lengths count UTF-16 code units;
fields and measures have to be in the catalog and go together. What breaks such a rule is answered with 422.`;

const ANYONE_ERRORS = ['malformed_url', 'rate_limited', 'internal', 'database_unavailable'] as const;
const SESSION_ERRORS = ['unauthorized', 'invalid_token', 'token_expired', 'tenant_deleting'] as const;
const INPUT_ERRORS = [
  'unknown_field',
  'wrong_type',
  'out_of_range',
  'too_long',
  'blank',
  'required',
  'invalid_characters',
  'invalid_value',
] as const;
const BODY_ERRORS = [
  'malformed_json',
  'body_required',
  'body_must_be_object',
  'too_deep',
  'request_timeout',
  'body_too_large',
  'unsupported_media_type',
  ...INPUT_ERRORS,
] as const;

/** The OpenAPI description of everything under /api, made from the schemas that the server itself parses with. */
export function describeApi(): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const [key, operation] of Object.entries<Operation>(OPERATIONS)) {
    const [method = '', path = ''] = key.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(path, operation) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'LeadRelay', version: '1', description: DESCRIPTION },
    paths,
    components: {
      schemas: describeSchemas(),
      securitySchemes: {
        session: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The `token` of a Session. An operation that names the role `admin` needs an administrator of the CRM.',
        },
      },
    },
  };
}

/** A request is what may be sent, an answer what is in it; they differ where a schema fills in or changes a value. */
function describeSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries({ ...REQUEST_SCHEMAS, ...REPLY_SCHEMAS })) registry.add(schema, { id });
  const make = (io: 'input' | 'output') => z.toJSONSchema(registry, { io, uri: refTo }).schemas;
  const [asInput, asOutput] = [make('input'), make('output')];
  const names = [...Object.keys(REQUEST_SCHEMAS), ...Object.keys(REPLY_SCHEMAS)].toSorted();
  return Object.fromEntries(
    names.map((name) => {
      // In a document of their own they would need both; as components the place is the name.
      const { $id, $schema, ...schema } = (name in REQUEST_SCHEMAS ? asInput : asOutput)[name] ?? {};
      return [name, schema];
    }),
  );
}

function describe(path: string, operation: Operation): DescribedOperation {
  const { summary, rule, access, body } = operation;
  return {
    summary,
    ...(rule && { description: rule }),
    security: access === 'anyone' ? [] : [{ session: access === 'admin' ? ['admin'] : [] }],
    parameters: [...pathParameters(path), ...queryParameters(operation), ...headers(operation)],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: { $ref: refTo(body) } } } } }),
    responses: { ...success(operation), ...failures(path, operation) },
  };
}

function pathParameters(path: string): DescribedOperation['parameters'] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Operation): DescribedOperation['parameters'] {
  if (!query) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => {
    return { name, in: 'query', required: required.includes(name), schema: Object(schema) };
  });
}

function headers({ isRepeatable }: Operation): DescribedOperation['parameters'] {
  if (!isRepeatable) return [];
  const description = 'The same key with the same body gets the answer of the first time, and nothing is done twice.';
  const schema = { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]*[\\x21-\\x7e][\\x20-\\x7e]*$' };
  return [{ name: 'Idempotency-Key', in: 'header', required: false, description, schema }];
}

function success({ status = 200, reply, isConditional }: Operation): DescribedOperation['responses'] {
  const responses: DescribedOperation['responses'] = { [status]: { description: 'Done' } };
  if (reply !== undefined) {
    const content = reply.includes('/')
      ? { [reply]: { schema: { type: reply === 'application/json' ? 'object' : 'string' } } }
      : { 'application/json': { schema: { $ref: refTo(reply) } } };
    responses[status] = { description: 'The answer', content };
  }
  if (isConditional) responses[304] = { description: 'What the ETag in If-None-Match stands for is still right' };
  return responses;
}

/** One answer a status, saying which codes come with it. */
function failures(path: string, { access, body, query, isRepeatable, errors = [] }: Operation): DescribedOperation['responses'] {
  const codes = new Set<ErrorCode>([
    ...ANYONE_ERRORS,
    ...(access === 'anyone' ? [] : SESSION_ERRORS),
    ...(access === 'admin' ? (['forbidden'] as const) : []),
    ...(path.includes('{id}') ? (['invalid_id'] as const) : []),
    ...(body ? BODY_ERRORS : []),
    ...(query ? INPUT_ERRORS : []),
    ...(isRepeatable ? (['idempotency_mismatch'] as const) : []),
    ...errors,
  ]);
  const responses: DescribedOperation['responses'] = {};
  for (const code of codes) {
    const { status, title } = ERROR_CODES[code];
    const before = responses[status];
    responses[status] = {
      description: `${before ? `${before.description}; ` : ''}${code}: ${title}`,
      content: { 'application/problem+json': { schema: { $ref: refTo('Problem') } } },
    };
  }
  return responses;
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`;
}
