// Pictures of a listing, large: by touch, mouse and keys. Without this the links lead to the pictures.
import PhotoSwipe from "photoswipe";

const root = document.querySelector("[data-gallery]");
const links = [...root.querySelectorAll(".gallery-strip a")];
const words = JSON.parse(root.querySelector("[data-words]").innerHTML);

const items = links.map((link) => {
  const image = link.querySelector("img");
  return {
    src: link.href,
    srcset: link.dataset.srcset,
    width: Number(link.dataset.width),
    height: Number(link.dataset.height),
    alt: image.alt,
    element: link,
    thumbCropped: true,
  };
});

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

function show(index) {
  const box = new PhotoSwipe({
    dataSource: items,
    index,
    bgOpacity: 1,
    // Room for the words beneath.
    padding: { top: 0, bottom: 48, left: 0, right: 0 },
    showHideAnimationType: still ? "none" : "zoom",
    closeTitle: words.close,
    zoomTitle: words.zoom,
    arrowPrevTitle: words.back,
    arrowNextTitle: words.next,
    errorMsg: words.failed,
    returnFocus: true,
    trapFocus: true,
  });
  box.on("uiRegister", () => {
    // What is seen is said: to those who read, and to those who listen.
    box.ui.registerElement({
      name: "caption",
      order: 9,
      isButton: false,
      appendTo: "root",
      onInit: (node) => {
        node.setAttribute("aria-live", "polite");
        box.on("change", () => {
          node.textContent = box.currSlide.data.alt;
        });
      },
    });
  });
  box.on("close", () => links[box.currIndex].scrollIntoView({ block: "nearest", inline: "center" }));
  box.init();
  box.element.setAttribute("aria-modal", "true");
  box.element.setAttribute("aria-label", root.querySelector(".gallery-strip").ariaLabel);
}

links.forEach((link, index) => {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(index);
  });
});

// A small picture brings its large one into view, without a step in the history.
for (const small of root.querySelectorAll(".gallery-thumbs a")) {
  small.addEventListener("click", (event) => {
    event.preventDefault();
    const large = root.querySelector(small.getAttribute("href"));
    large.parentElement.scrollTo({ left: large.offsetLeft - large.parentElement.offsetLeft });
  });
}
