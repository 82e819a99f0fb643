// The price in the buy bar follows the chosen pack or date and the quantity, as rules/pricing.py does.
function priceOf(choice, count, form) {
  const { price, size = "1", kilo, grams } = choice.dataset;
  const steps = (form.dataset.tiers || "").split(" ").filter(Boolean);
  const reached = steps
    .map((step) => step.split(":").map(Number))
    .filter(([least]) => least <= Number(size) * count)
    .map(([, step]) => step);
  const best = Math.min(...reached);
  if (kilo) return Math.min(Number(price), Math.round((Math.min(Number(kilo), best) * grams) / 1000));
  const per = Number(form.dataset.per || 1);
  return Math.min(Number(price), Math.round((best * Number(size)) / per));
}

export function packs(root) {
  for (const form of root.querySelectorAll("[data-total-form]")) {
    const total = form.querySelector("[data-total]");
    const show = () => {
      const choice = form.querySelector("input[data-price]:checked");
      const count = Number(form.querySelector("[data-count]")?.value || 1);
      if (!choice || !total) return;
      const sum = priceOf(choice, count, form) * count;
      const about = choice.dataset.kilo ? "\u2248" : "";
      total.textContent = about + new Intl.NumberFormat("vi-VN").format(sum) + "\u00a0₫";
    };
    form.addEventListener("change", show);
    form.addEventListener("input", show);
    show();
  }
}
