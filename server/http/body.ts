import express, { type Request, type RequestHandler } from 'express';
import type { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import { isTooDeep } from './input.ts';

const JSON_LIMIT = '256kb';
const FORM_LIMIT = '64kb';
/** A portal posts some 15 fields to a page and 20 with an event. */
const FORM_FIELDS = 200;

/**
 * Reads JSON bodies, and nothing else: `req.body` is undefined when there is none. One that is read already is left as it is.
 * @param limit default 256 KB
 */
export function readJson(limit = JSON_LIMIT): RequestHandler[] {
  return [
    (req, _res, next) => {
      if (hasBody(req) && !req.is('application/json')) throw new AppError('unsupported_media_type');
      next();
    },
    express.raw({ type: 'application/json', limit, inflate: false }),
    (req, _res, next) => {
      const bytes: unknown = req.body;
      if (Buffer.isBuffer(bytes)) req.body = bytes.length > 0 ? parseJson(bytes) : undefined;
      next();
    },
  ];
}

/** Reads form bodies with PHP's brackets, and nothing else. */
export function readForm(): RequestHandler[] {
  return [
    (req, _res, next) => {
      if (!hasBody(req)) throw new AppError('body_required');
      if (!req.is('application/x-www-form-urlencoded')) throw new AppError('unsupported_media_type', 'Send a form.');
      next();
    },
    express.urlencoded({
      extended: true,
      limit: FORM_LIMIT,
      parameterLimit: FORM_FIELDS,
      inflate: false,
      verify: (_req, _res, bytes) => {
        decode(bytes, 'malformed_form');
      },
    }),
  ];
}

/** A form's fields as the schema wants them; a field given twice is a list, and no schema of ours wants one. */
export function parseForm<Schema extends z.ZodType>(schema: Schema, req: Request): z.output<Schema> {
  const parsed = schema.safeParse(req.body);
  if (!parsed.success) throw new AppError('malformed_form');
  return parsed.data;
}

/** Refuses addresses that cannot be decoded, hold a NUL, or name a parameter twice. */
export const checkUrl: RequestHandler = (req, _res, next) => {
  let decoded: string;
  try {
    decoded = decodeURIComponent(req.path);
  } catch {
    throw new AppError('malformed_url');
  }
  const values = Object.values(req.query);
  if (decoded.includes('\0') || values.some((value) => typeof value !== 'string')) throw new AppError('malformed_url');
  next();
};

function hasBody(req: Request): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
}

function parseJson(bytes: Buffer): unknown {
  const text = decode(bytes, 'malformed_json');
  if (isTooDeep(text)) throw new AppError('too_deep');
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('malformed_json');
  }
}

function decode(bytes: Buffer, code: 'malformed_json' | 'malformed_form'): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new AppError(code);
  }
}
