const CARDS = ['LEAD', 'DEAL', 'CONTACT', 'COMPANY'];
const CARD_PLACES = ['DETAIL_TAB', 'DETAIL_TOOLBAR', 'DETAIL_ACTIVITY', 'LIST_MENU', 'LIST_TOOLBAR'];

/** Placements by the scope they need besides `placement`; '' needs none. */
export const PLACEMENT_CODES: ReadonlyMap<string, readonly string[]> = new Map([
  ['', ['LEFT_MENU', 'BI_ANALYTICS_MENU', 'REST_APP_URI', 'PAGE_BACKGROUND_WORKER']],
  [
    'crm',
    [
      'CRM_ANALYTICS_MENU',
      'CRM_ANALYTICS_TOOLBAR',
      ...CARDS.flatMap((card) => CARD_PLACES.map((place) => `CRM_${card}_${place}`)),
      'CRM_LEAD_ACTIVITY_TIMELINE_MENU',
      'CRM_DEAL_ACTIVITY_TIMELINE_MENU',
      'CRM_FUNNELS_TOOLBAR',
      'CRM_LEAD_ROBOT_DESIGNER_TOOLBAR',
      'CRM_DEAL_ROBOT_DESIGNER_TOOLBAR',
    ],
  ],
  ['telephony', ['TELEPHONY_ANALYTICS_MENU']],
  ['task', ['TASK_VIEW_TAB', 'TASK_USER_LIST_TOOLBAR']],
  ['user', ['USER_PROFILE_MENU']],
]);

/** One handler each. */
export const SINGLE_PLACEMENTS: ReadonlySet<string> = new Set(['REST_APP_URI', 'PAGE_BACKGROUND_WORKER']);
