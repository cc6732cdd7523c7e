// The resources and their commands.
import { $, listen, make } from './page.js';
import { openConsole } from './console.js';

const resources = new Map(), rows = new Map(), busy = new Set();
let token, chosen, down = true;

listen('api/resources/stream', {
  run: run => {
    if (token && token !== run.token) return location.reload();   // the AppHost was started anew, perhaps with another page
    token = run.token;
    $('application').textContent = run.application;
  },
  resources: views => {
    for (const view of views) view.isHidden ? resources.delete(view.id) : resources.set(view.id, view);
    renderTable();
    choose();
  },
}, up => {
  if (down === !up) return;
  down = !up;
  document.body.classList.toggle('down', down);
  $('link').textContent = down ? 'AppHost does not answer; reconnecting' : '';
  renderTable();
});

function renderTable() {
  const children = Map.groupBy([...resources.values()].sort((a, b) => a.order - b.order), r => resources.has(r.parent) ? r.parent : null);
  const flat = [];
  const visit = (parent, depth) => (children.get(parent) ?? []).forEach(r => { flat.push([r, depth]); visit(r.id, depth + 1); });
  visit(null, 0);

  const focus = document.activeElement?.dataset.key;
  flat.forEach(([resource, depth], index) => {
    const key = JSON.stringify([resource, depth, down, resource.commands.map(c => busy.has(`${resource.id}/${c.name}`))]);
    if (rows.get(resource.id)?.key !== key) {
      const row = renderRow(resource, depth);
      rows.get(resource.id)?.row.replaceWith(row);
      rows.set(resource.id, { row, key });
    }
    const { row } = rows.get(resource.id);
    row.classList.toggle('chosen', resource.id === chosen);
    if ($('rows').children[index] !== row) $('rows').insertBefore(row, $('rows').children[index] ?? null);
  });
  for (const [id, { row }] of rows) if (!resources.has(id)) { row.remove(); rows.delete(id); }
  if (focus && document.activeElement?.dataset.key !== focus) {
    const [id] = focus.split('/');   // a command that is gone leaves the keyboard at its resource
    [focus, id].map(key => document.querySelector(`[data-key="${CSS.escape(key)}"]`)).find(Boolean)?.focus();
  }
  renderSummary();
  renderSince();
}

function renderRow(resource, depth) {
  const name = make('button', '', resource.id);
  name.dataset.key = resource.id;
  if (resource.parent) name.setAttribute('aria-description', `part of ${resource.parent}`);

  const picture = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  picture.append(document.createElementNS('http://www.w3.org/2000/svg', 'use'));
  picture.firstChild.setAttribute('href', `#${resource.look}`);
  picture.setAttribute('aria-hidden', 'true');
  const since = make('time', 'since');
  since.dateTime = resource.since ?? '';
  const reason = make('span', 'reason', resource.reason ? `: ${resource.reason}` : '');
  const state = make('div', `state ${resource.look}`, picture, make('div', '', resource.state, reason, ' ', since));
  state.title = resource.reason ?? '';

  const links = resource.links.map(link => {
    const web = /^https?:\/\//.test(link.url);
    const element = make(web ? 'a' : 'span', '', link.text.replace(/^http:\/\//, ''));
    if (web) Object.assign(element, { href: link.url, target: '_blank', rel: 'noopener', title: link.url });
    return element;
  });

  const commands = resource.commands.map(command => {
    const key = `${resource.id}/${command.name}`;
    const button = make('button', '', command.text);
    button.type = 'button';
    button.dataset.key = key;
    button.title = command.description ?? '';
    button.setAttribute('aria-label', `${command.text} ${resource.id}`);
    button.setAttribute('aria-disabled', down || !command.isEnabled || busy.has(key));
    button.setAttribute('aria-busy', busy.has(key));
    button.onclick = () => execute(resource, command, key);
    return button;
  });

  const row = make('tr', '', make('td', 'name', name), make('td', 'cell', state), make('td', 'links', ...links),
    make('td', 'source', make('b', '', resource.type), resource.source?.replace('docker.io/library/', '') ?? ''), make('td', 'commands', ...commands));
  row.style.setProperty('--depth', depth);
  row.onclick = e => {
    if (!e.target.closest('a, .commands button') && getSelection().isCollapsed) location.hash = resource.id;
  };
  return row;
}

function renderSummary() {
  const counts = Object.groupBy(resources.values(), r => r.look);
  const words = { running: 'running', progress: 'pending', unhealthy: 'unhealthy', failed: 'failed', stopped: 'stopped' };
  $('summary').textContent = Object.entries(words).filter(([look]) => counts[look]).map(([look, word]) => `${counts[look].length} ${word}`).join(' \u00b7 ');
  const trouble = (counts.unhealthy?.length ?? 0) + (counts.failed?.length ?? 0);
  document.title = `${down ? '(not running) ' : trouble ? `(${trouble}!) ` : ''}${$('application').textContent}`;
}

function renderSince() {
  for (const time of document.querySelectorAll('.since')) {
    const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60_000);
    time.textContent = !(minutes >= 0) ? '' : minutes < 1 ? 'just now' : minutes < 60 ? `${minutes} min` : minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
    if (minutes >= 1 && !time.closest('.running, .unhealthy, .progress')) time.textContent += ' ago';
    time.title = time.dateTime && new Date(time.dateTime).toLocaleString();
  }
}
setInterval(renderSince, 10_000);

async function execute(resource, command, key) {
  if (down || !command.isEnabled || busy.has(key)) return;
  if (command.confirmation && !await confirmed(command)) return;
  busy.add(key);
  renderTable();
  try {
    const url = `api/resources/${encodeURIComponent(resource.id)}/commands/${encodeURIComponent(command.name)}`;
    const answer = await fetch(url, { method: 'POST', headers: { 'X-Dashboard-Token': token } });
    const result = answer.headers.get('content-type')?.includes('json') ? await answer.json() : { success: false, message: await answer.text() || `HTTP ${answer.status}` };
    notice(result.success, `${resource.id}: ${command.text} ${result.success ? 'done' : 'failed'}${result.message ? `: ${result.message}` : '.'}`);
  } catch {
    notice(false, `${resource.id}: ${command.text}: the AppHost does not answer.`);
  } finally {
    busy.delete(key);
    renderTable();
  }
}

function confirmed(command) {
  const dialog = $('confirm');
  $('confirm-text').textContent = command.confirmation;
  $('confirm-go').textContent = command.text;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'go'), { once: true }));
}

function notice(success, text) {
  const close = make('button', '', 'Close');
  const element = make('div', `notice ${success ? '' : 'failed'}`, make('span', '', text), close);
  close.onclick = () => element.remove();
  $('notices').append(element);
  while ($('notices').children.length > 4) $('notices').firstChild.remove();
  if (success) setTimeout(() => element.remove(), 5000);
}

// The address names the resource whose console is open.
function choose() {
  const resource = resources.get(location.hash.slice(1));
  if (resource?.id === chosen) return;
  chosen = resource?.id;
  for (const [id, { row }] of rows) row.classList.toggle('chosen', id === chosen);
  openConsole(chosen);
  rows.get(chosen)?.row.scrollIntoView({ block: 'nearest' });
}
addEventListener('hashchange', choose);

function close() {
  const former = chosen;
  history.replaceState(null, '', location.pathname);
  choose();
  rows.get(former)?.row.querySelector('button').focus();
}
$('close').onclick = close;

addEventListener('keydown', e => {
  if ($('confirm').open || e.ctrlKey || e.metaKey || e.altKey) return;
  const names = [...document.querySelectorAll('.name button')], at = names.indexOf(document.activeElement);
  if (e.key === '/' && chosen && e.target !== $('filter')) { e.preventDefault(); $('filter').focus(); }
  else if (e.key === 'Escape' && chosen) close();
  else if (at >= 0 && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) { e.preventDefault(); names[at + (e.key === 'ArrowDown' ? 1 : -1)]?.focus(); }
});
