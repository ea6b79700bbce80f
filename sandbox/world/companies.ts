import { addWorkingTime, arrivalTimes, WORKING_DAY } from './calendar.ts';
import { idsWithGaps } from './columns.ts';
import { companyFields } from './custom-fields.ts';
import { CURRENCIES_IN_USE, EMPLOYEES, INDUSTRIES } from './dictionaries.ts';
import { amountText } from './money.ts';
import { companyMail, companyPhone, companyTitle } from './names.ts';
import { at, createRandom, hash, pick } from './random.ts';
import type { Team } from './staff.ts';
import type { WorldCompany } from './types.ts';

export interface Companies {
  ids: Int32Array;
  createdAt: Uint32Array;
  updatedAt: Uint32Array;
  assignedById: Uint16Array;
}

export function generateCompanies(seed: number, count: number, now: number, team: Team): Companies {
  const random = createRandom(seed);
  const createdAt = arrivalTimes(random, count, now);
  return {
    ids: idsWithGaps(random, count),
    createdAt,
    updatedAt: createdAt.map((time) =>
      random.chance(0.5) ? Math.min(addWorkingTime(time, random.around(5 * WORKING_DAY, 1)), now) : time,
    ),
    assignedById: Uint16Array.from(createdAt, (time) => team.choose(random, time, 0).userId),
  };
}

export function companyRow(companies: Companies, seed: number, index: number): WorldCompany {
  const id = at(companies.ids, index);
  const draw = (salt: number) => hash(seed ^ 0xc0, id, salt);
  // The portal's own company is the first that was ever entered.
  const isMyCompany = index === 0;
  return {
    id,
    title: isMyCompany ? 'Silk Telecom MChJ' : companyTitle(seed, id),
    phone: draw(9) % 100 < 80 ? companyPhone(draw(10)) : null,
    email: draw(11) % 100 < 60 ? companyMail(seed, id) : null,
    industry: isMyCompany ? 'TELECOM' : draw(1) % 100 < 80 ? pick(INDUSTRIES, draw(2)) : null,
    employees: draw(3) % 100 < 70 ? pick(EMPLOYEES, draw(4)) : null,
    revenue: amountText(draw(5) % 100 < 40 ? (1 + (draw(6) % 900)) * 1_000_000_00 : 0),
    currencyId: draw(7) % 100 < 90 ? pick(CURRENCIES_IN_USE, draw(8) % 2).code : null,
    assignedById: at(companies.assignedById, index),
    createdAt: at(companies.createdAt, index),
    updatedAt: at(companies.updatedAt, index),
    isMyCompany,
    custom: companyFields(hash(seed, id)),
  };
}
