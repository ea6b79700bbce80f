const crud = (entity: string): string[] => ['ADD', 'UPDATE', 'DELETE'].map((verb) => `ONCRM${entity}${verb}`);
const userFields = (entity: string): string[] =>
  ['ADD', 'UPDATE', 'DELETE', 'SETENUMVALUES'].map((verb) => `ONCRM${entity}USERFIELD${verb}`);

/** Events by the scope that opens them; '' is open to every app. */
export const EVENT_CODES: ReadonlyMap<string, readonly string[]> = new Map([
  ['', ['ONAPPUNINSTALL', 'ONAPPINSTALL', 'ONAPPUPDATE', 'ONAPPPAYMENT', 'ONAPPTEST', 'ONAPPMETHODCONFIRM', 'ONOFFLINEEVENT']],
  ['user', ['ONUSERADD']],
  [
    'crm',
    [
      ...['LEAD', 'DEAL', 'COMPANY', 'CONTACT'].flatMap((entity) => [...crud(entity), ...userFields(entity)]),
      'ONCRMDEALMOVETOCATEGORY',
      ...['CURRENCY', 'PRODUCT', 'ACTIVITY', 'TIMELINECOMMENT', 'DYNAMICITEM'].flatMap(crud),
      'ONCRMDEALRECURRINGADD',
      'ONCRMDEALRECURRINGUPDATE',
      'ONCRMDEALRECURRINGDELETE',
      'ONCRMDEALRECURRINGEXPOSE',
    ],
  ],
  ['task', ['ONTASKADD', 'ONTASKUPDATE', 'ONTASKDELETE']],
]);
