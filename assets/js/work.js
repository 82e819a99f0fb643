// Keyboard of the office desk: j and k walk the queue, x chooses, letters press marked buttons.
import "./offline.js";
import "./position.js";
import "./viewer.js";

const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

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
  if (event.key === "x") document.activeElement.closest("tr")?.querySelector("[type=checkbox]")?.click();
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
  // On the queue itself the keys move from row to row; beside a dossier they open the next one.
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement.closest("tr")?.querySelector("[data-row]"));
  rows[Math.max(at + step, 0)]?.focus();
  const items = [...document.querySelectorAll(".queue-item, [data-walk]")];
  const here = items.findIndex((item) => item.hasAttribute("aria-current"));
  const next = items[here + step];
  if (next) next.click();
}
