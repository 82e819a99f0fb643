// A form goes out once; filters that choose at once go out on change.
export function sending(root) {
  for (const form of root.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 8000);
    });
  }
  for (const select of root.querySelectorAll("select[data-go]")) {
    select.addEventListener("change", () => select.form.requestSubmit());
  }
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Results arrive with their filters: what was open stays open, so that focus can return to it.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!document.querySelector(".sieve")?.open) return;
  detail.serverResponse = detail.serverResponse.replace('class="sieve"', 'class="sieve" open');
});
