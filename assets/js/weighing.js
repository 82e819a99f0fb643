// A file above the limit is named before it is sent: on a telephone that spares minutes.
document.addEventListener("change", ({ target }) => {
  const most = Number(target.dataset?.mostMb);
  if (!most || target.type !== "file") return;
  const heavy = [...target.files].find((file) => file.size > most * 1024 * 1024);
  const field = target.closest(".field");
  field.querySelector("[data-weighed]")?.remove();
  target.toggleAttribute("aria-invalid", Boolean(heavy));
  if (!heavy) return;
  const told = document.createElement("p");
  told.className = "field-error";
  told.dataset.weighed = "";
  told.setAttribute("role", "alert");
  told.textContent = `${heavy.name}: ${target.dataset.tooLarge}`;
  field.append(told);
  target.value = "";
});
