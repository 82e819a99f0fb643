// The price in the buy bar follows the chosen pack or date and the quantity.
export function packs(root) {
  for (const form of root.querySelectorAll("[data-total-form]")) {
    const total = form.querySelector("[data-total]");
    const show = () => {
      const choice = form.querySelector("input[data-price]:checked");
      const count = Number(form.querySelector("[data-count]")?.value || 1);
      if (!choice || !total) return;
      const sum = Number(choice.dataset.price) * count;
      total.textContent = new Intl.NumberFormat("vi-VN").format(sum) + "\u00a0₫";
    };
    form.addEventListener("change", show);
    form.addEventListener("input", show);
    show();
  }
}
