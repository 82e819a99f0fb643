// Keyboard of the office desk: j and k walk the queue, letters press marked buttons.
import "./viewer.js";

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

// Keys pressed while a part is on its way wait for it: the old links would undo what comes,
// and links just put in load the whole page until htmx has taken hold of them.
let underWay = 0;
const waiting = [];

document.addEventListener("htmx:beforeRequest", () => underWay++);
document.addEventListener("htmx:afterRequest", () => {
  underWay--;
  while (!underWay && waiting.length) press(waiting.shift());
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "j" || event.key === "k") walk(event.key === "j" ? 1 : -1);
  if (!marked(event.key)) return;
  event.preventDefault();
  if (!underWay) press(event.key);
  else if (!event.repeat) waiting.push(event.key);
});

const marked = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);

function press(key) {
  const button = marked(key);
  button?.tagName === "A" ? button.click() : button?.focus();
}

function walk(step) {
  const items = [...document.querySelectorAll(".queue-item")];
  const here = items.findIndex((item) => item.hasAttribute("aria-current"));
  const next = items[here + step];
  if (next) next.click();
}
