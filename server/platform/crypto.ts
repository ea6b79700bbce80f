import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a sealed value belongs to. A value copied to another tenant, connection or column no longer opens. */
interface SealContext {
  tenantId: string;
  /** The connection's CRM. */
  connection: string;
  /** Column the value stands in. */
  field: string;
}

/** Encrypts credentials for the database and decrypts them. */
export interface Sealer {
  /** @returns base64url text: version, key id, IV, tag, ciphertext */
  seal(plaintext: string, context: SealContext): string;
  /** @throws SealError when the value was changed, moved, or sealed under another master secret */
  open(sealed: string, context: SealContext): string;
}

/** A sealed value that does not open. Says why, never what. */
export class SealError extends Error {
  override name = 'SealError';
}

const VERSION = 1;
const KEY_ID_BYTES = 4;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES + IV_BYTES + TAG_BYTES;

/** AES-256-GCM with one key a tenant, derived from the master secret. The key id tells which master secret sealed a value. */
export function createSealer(secret: string): Sealer {
  const keyId = deriveKey(secret, 'seal key id').subarray(0, KEY_ID_BYTES);
  return {
    seal(plaintext, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', tenantKey(secret, context), iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(associatedData(context));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), keyId, iv, cipher.getAuthTag(), ciphertext]).toString('base64url');
    },
    open(sealed, context) {
      const blob = Buffer.from(sealed, 'base64url');
      if (blob.length < HEADER_BYTES || blob[0] !== VERSION) throw new SealError('the sealed value is not readable');
      const sealedBy = blob.subarray(1, 1 + KEY_ID_BYTES);
      if (!sealedBy.equals(keyId)) throw new SealError('the value was sealed under another LEADRELAY_SECRET');
      const iv = blob.subarray(1 + KEY_ID_BYTES, HEADER_BYTES - TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', tenantKey(secret, context), iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(associatedData(context));
      decipher.setAuthTag(blob.subarray(HEADER_BYTES - TAG_BYTES, HEADER_BYTES));
      try {
        return Buffer.concat([decipher.update(blob.subarray(HEADER_BYTES)), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new SealError('the sealed value was changed or belongs elsewhere', { cause });
      }
    },
  };
}

/** A 32-byte key for one purpose; keys of different purposes say nothing about each other or the secret. */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `leadrelay ${purpose}`, 32));
}

/** Compares two secrets in time that tells nothing about where they differ, nor about their lengths. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(expected).digest());
}

function tenantKey(secret: string, { tenantId }: SealContext): Buffer {
  return deriveKey(secret, `seal ${tenantId}`);
}

function associatedData({ tenantId, connection, field }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([tenantId, connection, field]));
}
