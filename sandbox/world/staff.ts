import { historyStart } from './calendar.ts';
import { at, type Random } from './random.ts';
import type { WorldDepartment, WorldUser } from './types.ts';

export const DEPARTMENTS: WorldDepartment[] = [
  { id: 1, name: 'Silk Telecom', parentId: 0 },
  { id: 3, name: 'Отдел продаж', parentId: 1 },
  { id: 4, name: 'Kiruvchi qo‘ng‘iroqlar', parentId: 3 },
  { id: 6, name: 'Исходящие звонки', parentId: 3 },
  { id: 7, name: 'Корпоративные продажи', parentId: 3 },
  { id: 9, name: 'IT', parentId: 1 },
];
const [COMPANY, SALES, INBOUND, OUTBOUND, CORPORATE_SALES, IT] = [1, 3, 4, 6, 7, 9];

/** How somebody who sells works; the CRM never says it, the numbers show it. */
export interface Agent {
  userId: number;
  /** Multiplies the chance that a lead or deal is won. */
  skill: number;
  /** Median of the working time until the first answer. */
  responseMinutes: number;
  /** Share of what is handed out. */
  share: number;
  picksBest: boolean;
  /** Unix seconds. */
  hiredAt: number;
  /** Unix seconds; Infinity while employed. */
  leftAt: number;
}

interface Sales {
  skill: number;
  responseMinutes: number;
  share: number;
  picksBest?: boolean;
  /** Parts of the five years, 0…1. */
  hired?: number;
  left?: number;
}
interface StaffMember {
  id: number;
  name: string;
  lastName: string;
  login: string;
  departmentId: number;
  position: string;
  isAdmin?: boolean;
  sales?: Sales;
}

const STRONG = { skill: 1.25, responseMinutes: 8, share: 1.1 };
const STEADY = { skill: 1, responseMinutes: 28, share: 1 };
const WEAK = { skill: 0.65, responseMinutes: 130, share: 0.9 };
const CHERRY_PICKER = { skill: 1.9, responseMinutes: 420, share: 0.3, picksBest: true };

const seller = (id: number, name: string, lastName: string, login: string, departmentId: number, sales: Sales): StaffMember => ({
  id,
  name,
  lastName,
  login,
  departmentId,
  position: departmentId === CORPORATE_SALES ? 'Account manager' : 'Operator',
  sales,
});

const STAFF: StaffMember[] = [
  {
    id: 1,
    name: 'Рустам',
    lastName: 'Юсупов',
    login: 'rustam.yusupov',
    departmentId: COMPANY,
    position: 'Директор',
    isAdmin: true,
  },
  {
    id: 3,
    name: 'Dilshod',
    lastName: 'Karimov',
    login: 'dilshod.karimov',
    departmentId: IT,
    position: 'CRM administrator',
    isAdmin: true,
  },
  { id: 4, name: 'Нилуфар', lastName: 'Рашидова', login: 'nilufar.rashidova', departmentId: SALES, position: 'Head of sales' },
  { id: 6, name: 'Ольга', lastName: 'Соловьёва', login: 'olga.solovyova', departmentId: SALES, position: 'Quality manager' },
  { id: 7, name: 'Sanjar', lastName: 'To‘xtayev', login: 'sanjar.toxtayev', departmentId: COMPANY, position: 'Marketing' },
  seller(9, 'Malika', 'Yo‘ldosheva', 'malika.yoldosheva', INBOUND, STRONG),
  seller(10, 'Тимур', 'Ахмедов', 'timur.akhmedov', INBOUND, STEADY),
  seller(12, 'Jasur', 'Toshmatov', 'jasur.toshmatov', CORPORATE_SALES, CHERRY_PICKER),
  seller(13, 'Gulnoza', 'Ergasheva', 'gulnoza.ergasheva', INBOUND, STEADY),
  seller(14, 'Ўткир', 'Ғуломов', 'otkir.gulomov', OUTBOUND, WEAK),
  seller(16, 'Елена', 'Ким', 'elena.kim', CORPORATE_SALES, STRONG),
  seller(17, 'Bekzod', 'Rahimov', 'bekzod.rahimov', OUTBOUND, STEADY),
  seller(18, 'Shahnoza', 'Qodirova', 'shahnoza.qodirova', INBOUND, { ...STEADY, responseMinutes: 45 }),
  seller(19, 'Андрей', 'Петров', 'andrey.petrov', OUTBOUND, { ...WEAK, responseMinutes: 170 }),
  seller(21, 'Zulfiya', 'Sobirova', 'zulfiya.sobirova', INBOUND, { ...STEADY, responseMinutes: 20, hired: 0.3 }),
  seller(22, 'Камила', 'Исмаилова', 'kamila.ismailova', CORPORATE_SALES, { ...STEADY, hired: 0.5 }),
  seller(25, 'Sardor', 'Xo‘jayev', 'sardor.xojayev', INBOUND, { ...STRONG, responseMinutes: 12, hired: 0.6 }),
  seller(26, 'Феруза', 'Ҳасанова', 'feruza.hasanova', OUTBOUND, { ...WEAK, hired: 0.7 }),
  seller(30, 'Артём', 'Кузнецов', 'artem.kuznetsov', INBOUND, { ...STEADY, skill: 0.85, hired: 0.86 }),
  seller(31, 'Nargiza', 'Mirzayeva', 'nargiza.mirzayeva', INBOUND, { ...STEADY, skill: 0.8, responseMinutes: 60, hired: 0.95 }),
  seller(15, 'Сергей', 'Иванов', 'sergey.ivanov', OUTBOUND, { ...STEADY, left: 0.36 }),
  seller(20, 'Otabek', 'Nurmatov', 'otabek.nurmatov', INBOUND, { ...STRONG, left: 0.62 }),
  seller(24, 'Дилноза', 'Каримова', 'dilnoza.karimova', OUTBOUND, { ...WEAK, hired: 0.4, left: 0.83 }),
  seller(28, 'Doniyor', 'G‘aniyev', 'doniyor.ganiyev', INBOUND, { ...STEADY, hired: 0.75, left: 0.96 }),
].sort((a, b) => a.id - b.id);

export function listUsers(now: number): WorldUser[] {
  return STAFF.map(({ id, name, lastName, login, departmentId, position, isAdmin = false, sales }) => ({
    id,
    active: sales?.left === undefined,
    name,
    lastName,
    email: `${login}@example.com`,
    departmentIds: [departmentId],
    position,
    isAdmin,
    registeredAt: Math.round(historyStart(now) + (sales?.hired ?? 0) * (now - historyStart(now))),
  }));
}

export interface Team {
  /** By user id; undefined for users who do not sell and for 0. */
  agent(userId: number): Agent | undefined;
  /** Who gets a new lead: the cherry-picker most of the best, the rest by share among those employed then. */
  choose(random: Random, time: number, quality: number): Agent;
}

export function createTeam(now: number): Team {
  const start = historyStart(now);
  const agents = STAFF.flatMap(({ id, sales }): Agent[] =>
    sales
      ? [
          {
            userId: id,
            skill: sales.skill,
            responseMinutes: sales.responseMinutes,
            share: sales.share,
            picksBest: sales.picksBest ?? false,
            hiredAt: Math.round(start + (sales.hired ?? 0) * (now - start)),
            leftAt: sales.left === undefined ? Number.POSITIVE_INFINITY : Math.round(start + sales.left * (now - start)),
          },
        ]
      : [],
  );
  const picker = agents.find((agent) => agent.picksBest);
  const byId = new Map(agents.map((agent) => [agent.userId, agent]));
  return {
    agent: (userId) => byId.get(userId),
    choose(random, time, quality) {
      if (picker && quality > 0.75 && random.chance(0.8)) return picker;
      const shares = agents.map((agent) => (agent.hiredAt <= time && time < agent.leftAt ? agent.share : 0));
      return at(agents, random.weighted(shares));
    },
  };
}
