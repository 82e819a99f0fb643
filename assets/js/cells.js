// A table of fields walked like a spreadsheet: arrows and Enter move, a pasted column fills down.
export function cells(root) {
  for (const table of root.querySelectorAll("[data-cells]")) {
    const all = [...table.querySelectorAll("[data-cell]")];
    for (const cell of all) cell.dataset.was = cell.defaultValue;
    const column = (cell) => all.filter((other) => other.dataset.cell === cell.dataset.cell);
    const go = (cell) => cell && (cell.focus(), cell.select());
    const step = (list, cell, by) => list[list.indexOf(cell) + by];

    table.addEventListener("input", ({ target }) => mark(target));
    table.addEventListener("keydown", (event) => {
      const cell = event.target.closest("[data-cell]");
      if (!cell || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const atStart = cell.selectionEnd === 0 || whole(cell);
      const atEnd = cell.selectionStart === cell.value.length || whole(cell);
      const moves = {
        Enter: [column(cell), event.shiftKey ? -1 : 1],
        ArrowDown: [column(cell), 1],
        ArrowUp: [column(cell), -1],
        ArrowLeft: atStart && [all, -1],
        ArrowRight: atEnd && [all, 1],
      };
      const move = moves[event.key];
      if (event.key === "Escape") {
        cell.value = cell.dataset.was;
        mark(cell);
      }
      if (!move) return;
      event.preventDefault();
      go(step(move[0], cell, move[1]));
    });
    table.addEventListener("paste", (event) => {
      const cell = event.target.closest("[data-cell]");
      const text = event.clipboardData?.getData("text/plain") ?? "";
      const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
      if (!cell || (lines.length < 2 && !text.includes("\t"))) return;
      event.preventDefault();
      const below = column(cell).slice(column(cell).indexOf(cell));
      const filled = lines.slice(0, below.length).map((line, place) => fill(below[place], line));
      go(filled.at(-1));
    });
  }

  function fill(cell, line) {
    const word = line.split("\t")[0].trim();
    if (word) cell.value = word;
    mark(cell);
    return cell;
  }

  function mark(cell) {
    cell.closest(".cell")?.classList.toggle("cell-changed", cell.value !== cell.dataset.was);
  }
}

const whole = (cell) => cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
