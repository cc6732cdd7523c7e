// One stream of resource states, one of the console that is open. Text is only ever set as text.
const $ = id => document.getElementById(id);
const kept = 10_000, perChunk = 200, perFrame = 2_000;
const resources = new Map(), busy = new Set();
let token, chosen, down = true;

const make = (name, className, ...children) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
};

// ---- streams: the browser reconnects by itself, except after an answer that is no stream.
function listen(url, handlers, onState) {
  let source, timer;
  const open = () => {
    source = new EventSource(typeof url === 'function' ? url() : url);
    source.onopen = () => onState?.(true);
    source.onerror = () => {
      onState?.(false);
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, 2000);
    };
    for (const [name, handle] of Object.entries(handlers)) source.addEventListener(name, e => handle(JSON.parse(e.data), e.lastEventId));
  };
  open();
  return () => { clearTimeout(timer); source.close(); };
}

listen('api/resources/stream', {
  run: run => {
    if (token && token !== run.token) return location.reload();   // the AppHost was started anew, perhaps with another page
    token = run.token;
    $('application').textContent = run.application;
  },
  resources: views => {
    for (const view of views) view.isHidden ? resources.delete(view.id) : resources.set(view.id, view);
    renderTable();
    follow(location.hash.slice(1));
  },
}, up => {
  if (down === !up) return;
  down = !up;
  document.body.classList.toggle('down', down);
  $('link').textContent = down ? 'AppHost does not answer; reconnecting' : '';
  renderTable();
});

// ---- resources
const rows = new Map();

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

// ---- commands
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

// ---- console
const lines = [], arrived = [];
let stopListening, lastId = '', lastNumber = 0, chunk, shown = 0, words = [], following = true, frame, colours;

function follow(id) {
  const resource = resources.get(decodeURIComponent(id));
  if (resource?.id === chosen) return;
  chosen = resource?.id;
  stopListening?.();
  stopListening = undefined;
  clearConsole();
  lastId = '';
  document.body.classList.toggle('open', !!chosen);
  $('console').hidden = !chosen;
  for (const [name, { row }] of rows) row.classList.toggle('chosen', name === chosen);
  if (!chosen) return;
  $('console-name').textContent = chosen;
  rows.get(chosen).row.scrollIntoView({ block: 'nearest' });
  setFollowing(true);
  listenToConsole();
}

// A page that nobody sees lets go of its console, because a browser opens six connections to a host for all its pages together.
function listenToConsole() {
  stopListening?.();
  stopListening = undefined;
  if (!chosen || document.hidden) return;
  stopListening = listen(() => `api/resources/${encodeURIComponent(chosen)}/logs?after=${encodeURIComponent(lastId)}`, {
    continues: it => { if (!it) clearConsole(); renderCount(); },
    lines: (batch, id) => {
      lastId = id;
      for (const line of batch) arrived.push(line);
      if (arrived.length > kept) arrived.splice(0, arrived.length - kept);
      frame ??= requestAnimationFrame(append);
    },
  });
}

function clearConsole() {
  lines.length = arrived.length = shown = lastNumber = 0;
  chunk = colours = undefined;
  $('lines').replaceChildren();
  renderCount();
}

function append() {
  frame = undefined;
  for (const [number, content, isError] of arrived.splice(0, perFrame)) {
    const { at, text } = timed(content);
    if (lastNumber && number > lastNumber + 1) add(make('div', 'gap', `${number - lastNumber - 1} lines are not kept any more`), '');
    lastNumber = number;
    const element = make('div', 'line', make('time', '', at), coloured(text));
    const level = /^\s*(warn|fail|crit):|\[(warning|error)\]/i.exec(element.lastChild.textContent.slice(0, 80));
    if (level) element.classList.add(/warn/i.test(level[0]) ? 'warn' : 'fail');
    if (isError) element.title = 'written to standard error';
    add(element, element.lastChild.textContent.toLowerCase());
  }
  while (lines.length > kept) dropChunk();
  renderCount();
  if (following) toEnd();
  if (arrived.length) frame = requestAnimationFrame(append);
}

function add(element, text) {
  if (!chunk || chunk.childElementCount >= perChunk) $('lines').append(chunk = make('div', 'chunk'));
  const line = { element, text, chunk };
  chunk.append(element);
  lines.push(line);
  show(line);
  size(chunk);
}

function dropChunk() {
  const first = lines[0].chunk;
  shown -= first.shown ?? 0;
  lines.splice(0, first.childElementCount);
  first.remove();
}

function show(line) {
  const visible = words.every(word => line.text.includes(word));
  line.element.hidden = !visible;
  if (visible) { shown++; line.chunk.shown = (line.chunk.shown ?? 0) + 1; }
}

function size(it) {
  it.hidden = !it.shown;
  it.style.setProperty('--rows', it.shown ?? 0);
}

function filter() {
  words = $('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  shown = 0;
  for (const it of $('lines').children) it.shown = 0;
  lines.forEach(show);
  for (const it of $('lines').children) size(it);
  renderCount();
  if (following) toEnd();
}

function renderCount() {
  const total = `${lines.length.toLocaleString()} ${lines.length === 1 ? 'line' : 'lines'}`;
  $('count').textContent = words.length ? `${shown.toLocaleString()} of ${total}` : total;
  $('empty').textContent = shown ? '' : lines.length ? 'No line has these words.' : 'Nothing was written yet.';
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

// A line begins with the time at which it came; where the writer put its own time behind that, the column shows that one.
function timed(content) {
  const [, came, own, text] = /^(\d{4}-\S+Z )?(\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-][\d:]+)? |\d\d:\d\d:\d\d(?:\.\d+)? )?(.*)$/s.exec(content);
  const date = new Date((own?.length > 16 ? own : came)?.trim());
  if (own?.length < 16) return { at: own.trim(), text };
  return { at: isNaN(date) ? '' : clock.format(date), text };
}

// ANSI colours become classes and last until they are reset, over lines; every other escape sequence is dropped.
function coloured(text) {
  const whole = make('span', 'text');
  const plain = t => t.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '');
  let from = 0;
  const emit = to => {
    const part = plain(text.slice(from, to));
    if (part) whole.append(colours?.length ? make('span', colours.join(' '), part) : part);
  };
  for (const escape of text.matchAll(/\x1b(?:\[([0-9;:?]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g)) {
    emit(escape.index);
    from = escape.index + escape[0].length;
    if (escape[2] === 'm') restyle(escape[1].split(/[;:]/).map(Number));
  }
  emit(text.length);
  return whole;
}

function restyle(codes) {
  const set = (pattern, name) => { colours = [...(colours ?? []).filter(c => !pattern.test(c)), ...(name ? [name] : [])]; };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) colours = undefined;
    else if (code === 1) set(/^bold$/, 'bold');
    else if (code === 2) set(/^dim$/, 'dim');
    else if (code === 3) set(/^italic$/, 'italic');
    else if (code === 4) set(/^underline$/, 'underline');
    else if (code === 22) set(/^(bold|dim)$/);
    else if (code === 23) set(/^italic$/);
    else if (code === 24) set(/^underline$/);
    else if (code >= 30 && code <= 37) set(/^c\d$/, `c${code - 30}`);
    else if (code >= 90 && code <= 97) set(/^c\d$/, `c${code - 90}`);
    else if (code === 39) set(/^c\d$/);
    else if (code === 38 || code === 48) i += codes[i + 1] === 5 ? 2 : 4;   // palettes beyond the eight stay plain
  }
}

// ---- following, keys
function setFollowing(on) {
  following = on;
  $('follow').setAttribute('aria-pressed', on);
  $('scroller').classList.toggle('following', on);
  if (on) toEnd();
}
let top = 0, height = 0;
function toEnd() {
  const scroller = $('scroller');
  scroller.scrollTop = scroller.scrollHeight;
  [top, height] = [scroller.scrollTop, scroller.scrollHeight];
}
new ResizeObserver(() => following && toEnd()).observe($('lines'));
new ResizeObserver(() => following && toEnd()).observe($('scroller'));

// Scrolling up pauses, scrolling down to the end goes on; content that grows or goes does neither.
$('scroller').addEventListener('scroll', () => {
  const { scrollTop, scrollHeight, clientHeight } = $('scroller');
  const atEnd = scrollHeight - scrollTop - clientHeight < 24;
  if (following ? !atEnd && scrollTop < top && scrollHeight >= height : atEnd && scrollTop > top) setFollowing(!following);
  [top, height] = [scrollTop, scrollHeight];
}, { passive: true });

$('follow').onclick = () => setFollowing(!following);
$('wrap').onclick = () => $('wrap').setAttribute('aria-pressed', $('lines').classList.toggle('wrap'));
$('lines').classList.add('wrap');
$('filter').oninput = filter;
const close = () => {
  const former = chosen;
  history.replaceState(null, '', location.pathname);
  follow('');
  rows.get(former)?.row.querySelector('button').focus();
};
$('close').onclick = close;
addEventListener('hashchange', () => follow(location.hash.slice(1)));
addEventListener('visibilitychange', listenToConsole);
addEventListener('keydown', e => {
  if ($('confirm').open || e.ctrlKey || e.metaKey || e.altKey) return;
  const names = [...document.querySelectorAll('.name button')], at = names.indexOf(document.activeElement);
  if (e.key === '/' && chosen && e.target !== $('filter')) { e.preventDefault(); $('filter').focus(); }
  else if (e.key === 'Escape' && e.target === $('filter') && $('filter').value) { $('filter').value = ''; filter(); }
  else if (e.key === 'Escape' && chosen) close();
  else if (at >= 0 && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) { e.preventDefault(); names[at + (e.key === 'ArrowDown' ? 1 : -1)]?.focus(); }
});
