// Several pictures go one after the other, each with its progress; a lost network is waited for.
const TRIES = 4;
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

export function uploads(root) {
  const list = root.querySelector("[data-sendings]");
  const form = list?.closest("form");
  if (!form) return;

  form.addEventListener("submit", async (event) => {
    const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
    if (!files.length || !form.elements.alt_vi.value.trim()) return;
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    list.hidden = false;
    list.replaceChildren();
    const rows = files.map((file) => row(file));
    let lost = 0;
    for (const [place, file] of files.entries()) lost += (await send(file, rows[place])) ? 0 : 1;
    button.disabled = false;
    delete form.dataset.sent;
    if (!lost) location.reload();
  });

  function row(file) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const bar = document.createElement("progress");
    const word = document.createElement("small");
    item.className = "sending";
    name.textContent = file.name;
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    word.setAttribute("role", "status");
    word.textContent = list.dataset.waits;
    item.append(name, bar, word);
    list.append(item);
    return { item, bar, word };
  }

  async function send(file, { item, bar, word }) {
    for (let go = 0; go < TRIES; go++) {
      const { status, text } = await post(file, bar);
      if (status >= 200 && status < 300) {
        bar.value = 1;
        word.textContent = list.dataset.done;
        return true;
      }
      if (status >= 400 && status < 500) {
        word.textContent = text.length < 400 ? text || list.dataset.lost : list.dataset.lost;
        word.className = "field-error";
        return false;
      }
      word.textContent = list.dataset.retries;
      await wait(2 ** go);
    }
    word.textContent = list.dataset.lost;
    offer(item, file, { item, bar, word });
    return false;
  }

  function offer(item, file, parts) {
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn btn-quiet";
    again.textContent = list.dataset.again;
    again.addEventListener("click", async () => {
      again.remove();
      if (await send(file, parts)) location.reload();
    });
    item.append(again);
  }

  function post(file, bar) {
    const body = new FormData(form);
    body.delete("file");
    body.delete("taken");
    body.append("file", file, file.name);
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("X-By-Script", "1");
      request.timeout = 180000;
      request.upload.onprogress = ({ loaded, total }) => (bar.value = total ? loaded / total : 0);
      request.onload = () => done({ status: request.status, text: request.responseText });
      request.onerror = request.ontimeout = () => done({ status: 0, text: "" });
      request.send(body);
    });
  }
}
