// Papers on the desk: drag a large page about, swipe to the next one. Without it, links and scrolling do.
const FAR = 60;
let hold = null;

const paneOf = (event) => event.target.closest?.("[data-viewer]");
const isLarge = (pane) => pane.scrollWidth > pane.clientWidth + 1;

document.addEventListener("pointerdown", (event) => {
  const pane = paneOf(event);
  if (!pane || event.button !== 0) return;
  hold = { pane, x: event.clientX, y: event.clientY, left: pane.scrollLeft, top: pane.scrollTop };
  // Fingers scroll by themselves.
  if (event.pointerType === "touch") return;
  event.preventDefault();
  pane.focus({ preventScroll: true });
  pane.classList.add("viewer-dragged");
});

document.addEventListener("pointermove", (event) => {
  if (!hold || event.pointerType === "touch") return;
  hold.pane.scrollLeft = hold.left - (event.clientX - hold.x);
  hold.pane.scrollTop = hold.top - (event.clientY - hold.y);
});

for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    hold?.pane.classList.remove("viewer-dragged");
    hold = null;
  });
}

// A finger that scrolls cancels its pointer: swipes are read from the touches.
let touch = null;
document.addEventListener(
  "touchstart",
  (event) => {
    const pane = event.touches.length === 1 && paneOf(event);
    touch = pane && !isLarge(pane) ? event.touches[0] : null;
  },
  { passive: true },
);

document.addEventListener("touchend", (event) => {
  if (!touch) return;
  const end = event.changedTouches[0];
  const [x, y] = [end.clientX - touch.clientX, end.clientY - touch.clientY];
  touch = null;
  if (Math.abs(x) < FAR || Math.abs(y) > Math.abs(x) / 2) return;
  document.querySelector(x < 0 ? "a#viewer-on" : "a#viewer-back")?.click();
});
