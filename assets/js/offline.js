// A form of a field without network stays where it is: a browser's error page would take its place.
document.addEventListener(
  "submit",
  (event) => {
    const say = event.target.querySelector("[data-offline]");
    if (!say) return;
    say.hidden = navigator.onLine;
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopPropagation();
    say.focus();
  },
  true,
);
