// Pictures are dragged into their order. It is shown at once, saved behind, put back if that fails.
import Sortable from "sortablejs";

export function pictures(root) {
  for (const list of root.querySelectorAll("[data-sort]")) {
    const error = root.querySelector("[data-sort-error]");
    const status = root.querySelector("[data-sort-status]");
    const order = () => [...list.children].map((row) => row.dataset.digest);
    let saved = order();

    const put = (digests) => {
      for (const digest of digests) list.append(list.querySelector(`[data-digest="${digest}"]`));
    };
    const save = async () => {
      const wanted = order();
      if (wanted.join() === saved.join()) return;
      const body = new URLSearchParams(wanted.map((digest) => ["digest", digest]));
      body.append("csrf_token", list.querySelector("[name=csrf_token]").value);
      const headers = { "X-By-Script": "1" };
      const answer = await fetch(list.dataset.sort, { method: "POST", body, headers }).catch(() => null);
      if (answer?.ok) {
        saved = wanted;
        error.hidden = true;
        status.textContent = list.dataset.sortDone;
        // The buttons and the mark of the first follow the new order.
        location.reload();
        return;
      }
      put(saved);
      const said = answer && answer.status < 500 ? await answer.text() : "";
      error.textContent = said && said.length < 400 ? said : list.dataset.sortLost;
      error.hidden = false;
      status.textContent = error.textContent;
    };
    Sortable.create(list, {
      handle: "[data-grip]",
      animation: 150,
      forceFallback: true,
      delay: 60,
      delayOnTouchOnly: true,
      dragClass: "sorting",
      ghostClass: "sorting-place",
      onEnd: save,
    });
  }
}
