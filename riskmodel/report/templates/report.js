"use strict";
// Search, filter, sort and save. Without it the page holds the same, in the order of the ranking.
(function () {
  const all = (what, where) => Array.from((where || document).querySelectorAll(what));
  const root = document.getElementById("page");
  const mark = root.dataset.mark;
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

  function save(name, type, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: type }));
    link.download = (mark ? mark.replace(" ", "-") + "-" : "") + root.dataset.asOf + "-" + name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function cell(node) {
    let text = (node.dataset.v !== undefined ? node.dataset.v : node.innerText || node.textContent).replace(/\s+/g, " ").trim();
    if (/^[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text) && !/^[+-]?[0-9.,]+$/.test(text)) text = "'" + text;
    return '"' + text.replace(/"/g, '""') + '"';
  }

  function csv(table) {
    const lines = all("tr", table).map((row) => Array.from(row.children).map(cell));
    if (mark) lines.forEach((line, at) => line.push(at ? '"' + mark + '"' : '"data"'));
    return "\ufeff" + lines.map((line) => line.join(",")).join("\n") + "\n";
  }

  function button(words, label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "save";
    made.textContent = words;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  }

  all("table[data-file]").forEach((table) => {
    const name = table.dataset.file + ".csv";
    table.parentNode.before(button("Save as CSV", "Save " + name, () => save(name, "text/csv", csv(table))));
  });
  all("svg.map, svg.routes, svg.coverage, svg.timeline").forEach((picture, at) => {
    const name = (picture.classList[0] || "chart") + "-" + (at + 1) + ".svg";
    const act = () => {
      const copy = picture.cloneNode(true);
      copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
      const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
      style.textContent = document.querySelector("style").textContent;
      copy.prepend(style);
      save(name, "image/svg+xml", new XMLSerializer().serializeToString(copy));
    };
    picture.after(button("Save as SVG", "Save " + name, act));
  });

  function order(head) {
    const table = head.closest("table");
    const place = Array.from(head.parentNode.children).indexOf(head);
    const down = head.getAttribute("aria-sort") === "ascending";
    all("th", head.parentNode).forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => {
      const found = row.children[place];
      const given = found.dataset.s !== undefined ? found.dataset.s : found.dataset.v;
      return given !== undefined ? given : plain(found.textContent.trim());
    };
    const body = table.tBodies[0];
    const rows = Array.from(body.rows).sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if ((x === "") !== (y === "")) return x === "" ? 1 : -1;
      const by = isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y;
      return down ? -by : by;
    });
    rows.forEach((row) => body.append(row));
  }
  all("table[data-sort] thead th").forEach((head) => {
    const press = document.createElement("button");
    press.type = "button";
    press.className = "sort";
    while (head.firstChild) press.append(head.firstChild);
    press.addEventListener("click", () => order(head));
    head.append(press);
  });

  function openTarget() {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    const first = target.querySelector("details.body, :scope > details");
    if (first) first.open = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", openTarget);
  openTarget();

  const tools = document.getElementById("tools");
  if (!tools) return;
  tools.hidden = false;
  const find = document.getElementById("find");
  const chosen = ["band", "grade", "region", "reason"].map((name) => document.getElementById("by-" + name));
  const rows = all("[data-name]");
  const said = document.getElementById("found");
  function filter() {
    const words = plain(find.value.trim());
    let n = 0;
    rows.forEach((row) => {
      const keep =
        plain(row.dataset.name).includes(words) &&
        chosen.every((one) => !one || !one.value || row.dataset[one.id.slice(3)] === one.value);
      row.hidden = !keep;
      n += keep ? 1 : 0;
    });
    if (words || chosen.some((one) => one && one.value)) all("details.openable").forEach((one) => (one.open = true));
    said.textContent = n + " of " + rows.length + " countries shown";
  }
  find.addEventListener("input", filter);
  chosen.forEach((one) => one && one.addEventListener("change", filter));
  document.getElementById("clear").addEventListener("click", () => {
    find.value = "";
    chosen.forEach((one) => one && (one.value = ""));
    filter();
    find.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/INPUT|SELECT/.test(document.activeElement.tagName)) {
      event.preventDefault();
      find.focus();
    }
  });
  find.addEventListener("keydown", (event) => {
    const first = event.key === "Enter" && rows.find((row) => !row.hidden);
    const link = first && first.querySelector("a[href]");
    if (link) link.click();
  });
  filter();
})();
