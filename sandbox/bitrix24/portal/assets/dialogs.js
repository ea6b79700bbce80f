const texts = JSON.parse(document.body.dataset.texts);

/**
 * Lets the user pick from a list.
 * @template {{ id: string, name?: string, title?: string, position?: string }} Item
 * @param {string} title
 * @param {Item[]} items
 * @param {{ multiple: boolean, selected?: string[] }} options `selected`: ids picked to begin with
 * @returns {Promise<Item[] | null>} null when cancelled
 */
export function pick(title, items, { multiple, selected = [] }) {
  const dialog = document.createElement('dialog');
  dialog.className = 'pick';
  const heading = document.createElement('h2');
  heading.textContent = title;
  const search = document.createElement('input');
  search.type = 'search';
  search.placeholder = texts.search;
  const list = document.createElement('div');
  list.className = 'pick-list';
  const rows = items.map((item) => {
    const row = document.createElement('label');
    const box = document.createElement('input');
    box.type = multiple ? 'checkbox' : 'radio';
    box.name = 'picked';
    box.checked = selected.includes(item.id);
    const name = document.createElement('span');
    name.textContent = item.name ?? item.title ?? item.id;
    const note = document.createElement('small');
    note.textContent = item.position ?? '';
    row.append(box, name, note);
    return { item, row, box };
  });
  list.append(...rows.map(({ row }) => row));
  search.addEventListener('input', () => {
    const wanted = search.value.toLowerCase();
    for (const { row } of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
  const choose = button(texts.choose, 'button primary');
  const cancel = button(texts.cancel, 'button');
  const actions = document.createElement('footer');
  actions.append(choose, cancel);
  dialog.append(heading, search, list, actions);
  document.body.append(dialog);
  dialog.showModal();

  return new Promise((resolve) => {
    choose.addEventListener('click', () => {
      resolve(rows.filter(({ box }) => box.checked).map(({ item }) => item));
      dialog.close();
    });
    cancel.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(null);
    });
  });
}

/** Says something for a moment in the corner of the page. */
export function toast(text) {
  const note = document.createElement('div');
  note.className = 'toast';
  note.role = 'status';
  note.textContent = text;
  note.addEventListener('animationend', () => note.remove());
  document.body.append(note);
}

function button(text, className) {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = className;
  element.textContent = text;
  return element;
}
