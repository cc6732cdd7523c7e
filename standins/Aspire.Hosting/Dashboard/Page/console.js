// The console of one resource: its last 10,000 lines, in chunks that are only laid out when they are seen.
import { $, listen, make } from './page.js';

const kept = 10_000, perChunk = 200, perFrame = 2_000;
const lines = [], arrived = [];
let resource, stopReading, lastId = '', lastNumber = 0, chunk, shown = 0, words = [], following = true, top = 0, height = 0, frame;

/** Shows the console of a resource, or none. */
export function openConsole(id) {
  resource = id;
  lastId = '';
  clearConsole();
  document.body.classList.toggle('open', !!id);
  $('console').hidden = !id;
  $('console-name').textContent = id ?? '';
  setFollowing(true);
  read();
}

// A page that nobody sees lets go of its console, because a browser opens six connections to a host for all its pages together.
function read() {
  stopReading?.();
  stopReading = undefined;
  if (!resource || document.hidden) return;
  stopReading = listen(() => `api/resources/${encodeURIComponent(resource)}/logs?after=${encodeURIComponent(lastId)}`, {
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
  chunk = undefined;
  $('lines').replaceChildren();
  renderCount();
}

function append() {
  frame = undefined;
  for (const [number, content, isError] of arrived.splice(0, perFrame)) {
    const { at, text } = timed(content.replace(escapes, ''));
    if (lastNumber && number > lastNumber + 1) add(make('div', 'gap', `${number - lastNumber - 1} lines are not kept any more`), '');
    lastNumber = number;
    const element = make('div', 'line', make('time', '', at), make('span', 'text', text));
    const level = /^\s*(warn|fail|crit):|\[(warning|error)\]/i.exec(text.slice(0, 80));
    if (level) element.classList.add(/warn/i.test(level[0]) ? 'warn' : 'fail');
    if (isError) element.title = 'written to standard error';
    add(element, text.toLowerCase());
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

// Colours and other escape sequences of a terminal; programs whose output is redirected seldom write them.
const escapes = /\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])|[\x00-\x08\x0b-\x1f\x7f]/g;

function setFollowing(on) {
  following = on;
  $('follow').setAttribute('aria-pressed', on);
  $('scroller').classList.toggle('following', on);
  if (on) toEnd();
}

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
$('filter').onkeydown = e => {
  if (e.key !== 'Escape' || !e.target.value) return;
  e.stopPropagation();
  e.target.value = '';
  filter();
};
addEventListener('visibilitychange', read);
