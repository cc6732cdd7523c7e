// What the table and the console share. Text is only ever set as text.
export const $ = id => document.getElementById(id);

export const make = (name, className, ...children) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
};

// Reads a stream of events. The browser reconnects by itself, except after an answer that is no stream.
export function listen(url, handlers, onState) {
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
