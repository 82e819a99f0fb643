// Keyboard of the office desk: j and k walk the queue, letters press marked buttons.
import "./viewer.js";

const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "j" || event.key === "k") walk(event.key === "j" ? 1 : -1);
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (button) {
    event.preventDefault();
    button.tagName === "A" ? button.click() : button.focus();
  }
});

function walk(step) {
  const items = [...document.querySelectorAll(".queue-item, [data-walk]")];
  const here = items.findIndex((item) => item.hasAttribute("aria-current"));
  const next = items[here + step];
  if (next) next.click();
}
