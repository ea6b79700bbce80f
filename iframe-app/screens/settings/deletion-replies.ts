import type { DeletionReply } from '../../../contract/data.ts';
import { isMoment, nullable, objectOf } from '../../check.ts';

export const isDeletion = objectOf<DeletionReply>({ deletesAt: nullable(isMoment) });
