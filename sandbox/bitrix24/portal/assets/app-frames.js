// The portal's side of the conversation with an app's frame: what BX24.js and the official SDK speak inside it.
import { pick, toast } from './dialogs.js';
import { closeOwnSlider, openSlider } from './slider.js';

const texts = JSON.parse(document.body.dataset.texts);
/** Pages an app may open over its own. */
const OPEN_PATHS = /^\/(crm\/(deal|lead|contact|company|type)|marketplace|company\/personal\/user\/\d+|workgroups\/group\/\d+)\//;
/** The SDK asks for a slider's width by a detour in the path that leads nowhere. */
const WIDTH_PATHS = [
  ['/crm/type/0/details/', 1640],
  ['/company/personal/user/0/groups/create/', 1200],
  ['/crm/company/requisite/0/', 950],
  ['/workgroups/group/0/card/', 900],
];
const CRM_NAMES = ['lead', 'contact', 'company', 'deal'];

/** Open app frames by their session id. */
const frames = new Map();

/** Opens the app in every place of the page that is in view and has none yet. */
export function openAppFrames() {
  for (const place of document.querySelectorAll('.app-frame:empty')) {
    if (place.checkVisibility() && !place.ariaBusy) void openAppFrame(place);
  }
}

async function openAppFrame(place) {
  place.ariaBusy = 'true';
  const answer = await ask('launch', JSON.parse(place.dataset.launch));
  place.ariaBusy = null;
  if (!answer.ok) {
    const message = document.createElement('p');
    message.className = 'panel notice';
    message.textContent = answer.body.message ?? texts.handlerError;
    place.replaceChildren(message);
    return;
  }
  const launch = answer.body;
  const iframe = document.createElement('iframe');
  iframe.name = launch.frameName;
  iframe.allow = 'clipboard-write; fullscreen';
  place.replaceChildren(iframe);
  frames.set(launch.sid, { place, iframe, launch, origin: new URL(launch.url).origin });

  const form = document.createElement('form');
  form.method = 'post';
  form.action = launch.url;
  form.target = launch.frameName;
  form.hidden = true;
  for (const [name, value] of Object.entries(launch.form)) {
    const input = document.createElement('input');
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

window.addEventListener('message', (event) => {
  const message = readMessage(event.data);
  const frame = message && frames.get(message.appSid);
  // A frame speaks for itself only, and only while it shows a page of the app.
  if (!frame || event.source !== frame.iframe.contentWindow || event.origin !== frame.origin) return;
  const answer = (value) => {
    const reply = value === undefined ? message.callback : `${message.callback}:${JSON.stringify(value)}`;
    frame.iframe.contentWindow?.postMessage(reply, frame.origin);
  };
  const isPlacementCommand = Object.hasOwn(PLACEMENT_COMMANDS, message.command);
  if (isPlacementCommand && frame.launch.interface.command.includes(message.command)) {
    void PLACEMENT_COMMANDS[message.command](answer);
  } else if (Object.hasOwn(COMMANDS, message.command)) {
    void COMMANDS[message.command](frame, message.params ?? {}, answer);
  }
  // Whatever else, placementBindEvent for lack of events included, is passed over without an answer.
});

/** `command[:params]:callback:appSid`, or an object where the command's name has a colon of its own; null when neither. */
function readMessage(data) {
  if (typeof data === 'string') {
    const parts = data.split(':');
    if (parts.length < 3) return null;
    const [command, ...rest] = parts;
    const appSid = rest.pop();
    const callback = rest.pop();
    return { command, callback, appSid, params: readParams(rest.join(':')) };
  }
  if (typeof data !== 'object' || data === null) return null;
  const { method, params, callback, appSid } = data;
  return { command: String(method), callback: String(callback), appSid: String(appSid), params };
}

function readParams(text) {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const COMMANDS = {
  getInitData: ({ launch }, _params, answer) => answer(launch.init),

  async setInstall(_frame, _params, answer) {
    await ask('first-run', {});
    answer();
  },

  async setInstallFinish({ launch }, _params, answer) {
    if (!launch.init.INSTALL) return answer();
    await ask('finish-install', {});
    answer();
    // The whole page: the app's address and its widgets in the menu are new.
    location.reload();
  },

  async refreshAuth({ launch }, _params, answer) {
    const { ok, body } = await ask('refresh-auth', {});
    if (!ok) return;
    Object.assign(launch.init, body);
    answer(body);
  },

  setAppOption: (frame, params, answer) => setOption('app-option', frame.launch.init.APP_OPTIONS, params, answer),
  setUserOption: (frame, params, answer) => setOption('user-option', frame.launch.init.USER_OPTIONS, params, answer),

  resizeWindow({ iframe }, { width, height }, answer) {
    iframe.style.width = cssLength(width);
    iframe.style.height = cssLength(height);
    answer({ width: iframe.offsetWidth, height: iframe.offsetHeight });
  },

  setTitle(_frame, { title }, answer) {
    document.getElementById('pagetitle').textContent = String(title);
    answer();
  },

  setScroll(_frame, { scroll }, answer) {
    window.scrollTo(0, Number(scroll));
    answer();
  },

  reloadWindow(_frame, _params, answer) {
    answer();
    location.reload();
  },

  async openApplication(_frame, params, answer) {
    const { bx24_label: label, bx24_leftBoundary: leftBoundary, ...rest } = params;
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(rest)) query.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    const width = Number(rest.bx24_width) || (leftBoundary > 0 ? window.innerWidth - leftBoundary : undefined);
    await openSlider(`/marketplace/app/?${query}`, { width, label });
    answer();
  },

  closeApplication(_frame, _params, answer) {
    answer();
    closeOwnSlider();
  },

  async openPath(_frame, { path }, answer) {
    const asked = String(path ?? '');
    const url = new URL(asked, location.origin);
    if (url.origin !== location.origin || !OPEN_PATHS.test(url.pathname)) {
      answer({ result: 'error', errorCode: 'PATH_NOT_AVAILABLE' });
      return;
    }
    const width = WIDTH_PATHS.find(([detour]) => asked.startsWith(detour))?.[1];
    await openSlider(url.pathname + url.search, { width });
    answer({ result: 'close' });
  },

  async selectUser(_frame, { mult }, answer) {
    const { body } = await ask('people', {});
    const picked = await pick(texts.employees, body, { multiple: mult === true });
    answer(mult === true ? (picked ?? []) : (picked?.[0] ?? null));
  },

  async selectAccess(_frame, { value }, answer) {
    const [people, departments] = await Promise.all([ask('people', {}), ask('departments', {})]);
    const offered = [
      { id: 'AU', name: texts.everybody },
      { id: 'CR', name: texts.me },
      ...departments.body,
      ...people.body.map(({ id, name }) => ({ id: `U${id}`, name })),
    ];
    const blocked = Array.isArray(value) ? value : [];
    answer(
      (await pick(
        texts.choose,
        offered.filter(({ id }) => !blocked.includes(id)),
        { multiple: true },
      )) ?? [],
    );
  },

  async selectCRM(_frame, { entityType, multiple, value }, answer) {
    const types = Array.isArray(entityType) ? entityType : CRM_NAMES;
    const { body } = await ask('records', { types });
    const selected = multiple ? body.filter(({ id, type }) => (value?.[type] ?? []).map(String).includes(id.split('_')[1])) : [];
    const picked = await pick(texts.choose, body, { multiple: multiple === true, selected: selected.map(({ id }) => id) });
    const buckets = {};
    for (const record of picked ?? []) {
      buckets[record.type] ??= {};
      buckets[record.type][Object.keys(buckets[record.type]).length] = record;
    }
    answer(buckets);
  },

  // The messenger's commands never answer.
  imCallTo: async (_frame, { userId }) => toast(texts.calling.replace('{name}', await personName(userId))),
  imPhoneTo: (_frame, { phone }) => toast(texts.calling.replace('{name}', String(phone))),
  imOpenMessenger: async (_frame, { dialogId }) => toast(texts.chatWith.replace('{name}', await personName(dialogId))),
  imOpenHistory: async (_frame, { dialogId }) => toast(texts.chatWith.replace('{name}', await personName(dialogId))),

  getInterface: ({ launch }, _params, answer) => answer(launch.interface),
};

/** Commands that some places know and others do not: see the launch's `interface`. */
const PLACEMENT_COMMANDS = {
  async reloadData(answer) {
    const response = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('[data-reloadable]');
    const shown = document.querySelector('[data-reloadable]');
    if (fresh && shown) shown.replaceChildren(...fresh.childNodes);
    answer();
  },
};

async function setOption(command, known, { name, value }, answer) {
  const { ok } = await ask(command, { name, value });
  if (ok) known[name] = value;
  answer();
}

async function personName(id) {
  const { body } = await ask('people', {});
  return body.find((person) => person.id === String(id))?.name ?? String(id ?? '');
}

/** A number is pixels; a percentage stays one; anything else leaves the size as it is. */
function cssLength(value) {
  if (typeof value === 'string' && /^\d+%$/.test(value)) return value;
  const pixels = Number.parseInt(value, 10);
  return pixels > 0 ? `${pixels}px` : undefined;
}

async function ask(command, input) {
  try {
    const response = await fetch(`/portal/frame/${command}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(input),
    });
    return { ok: response.ok, body: await response.json() };
  } catch {
    return { ok: false, body: {} };
  }
}
