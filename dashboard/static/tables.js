// Makes tables sort by the column whose heading is pressed; what is protected or missing stays last. A table that its
// frame has room for isn't scrolled in it, so that its heading can stay in sight.
(() => {
  const value = (row, at) => row.cells[at]?.textContent.trim() ?? "";
  const number = (text) => {
    const plain = text.replace(/[\u202f\u00a0 ]/g, "").replace("−", "-").replace(",", ".").replace(/[%p]+$/, "");
    return /^[+-]?\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
  };
  const isNothing = (text) => ["", "–", "skyddad", "saknas"].includes(text);

  const compared = (one, other) => {
    const [first, second] = [number(one), number(other)];
    if (first !== null && second !== null) return first - second;
    return one.localeCompare(other, "sv", { numeric: true });
  };

  const sort = (table, heading) => {
    const at = heading.cellIndex, falling = heading.getAttribute("aria-sort") === "ascending";
    const rows = [...table.tBodies[0].rows];
    rows.sort((one, other) => {
      const [first, second] = [value(one, at), value(other, at)];
      if (isNothing(first) || isNothing(second)) return isNothing(first) - isNothing(second);
      return falling ? compared(second, first) : compared(first, second);
    });
    table.tHead.querySelectorAll("[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
    table.tBodies[0].append(...rows);
  };

  const room = new ResizeObserver((entries) => entries.forEach(({ target }) => {
    target.classList.toggle("fits", target.firstElementChild.offsetWidth <= target.clientWidth);
  }));

  const prepare = (root) => {
    root.querySelectorAll(".scroll").forEach((frame) => room.observe(frame));
    root.querySelectorAll("table.sort").forEach(offer);
  };

  const offer = (table) => {
    for (const heading of table.tHead.rows[table.tHead.rows.length - 1].cells) {
      if (heading.tagName !== "TH" || heading.querySelector(".sorter")) continue;
      const button = Object.assign(document.createElement("button"), { type: "button", className: "sorter" });
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sort(table, heading));
    }
  };

  window.hemvard = Object.assign(window.hemvard ?? {}, { prepareTables: prepare });
  prepare(document);
})();
