// Draws the charts that the page holds as text, when they are to be seen, and downloads every chart and its table.
// The library that draws is in the site, and is read only when a chart needs it.
(() => {
  const SIZES = ["wide", "narrow"];
  let library;

  const loaded = () => library ??= new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: "assets/vega.js", onload: done, onerror: failed });
    document.head.append(script);
  });

  // What comes packed: JSON that has been deflated and written as base64.
  const unpacked = (packed) => {
    const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
  };

  const draw = async (holder) => {
    holder.classList.remove("undrawn");
    const held = holder.type === "text/plain" ? await unpacked(holder.textContent) : JSON.parse(holder.textContent);
    await loaded();
    const svgs = await Promise.all(SIZES.map((size) => window.hemvardVega.svg(
      { ...held.common, ...held[size], datasets: held.rows })));
    svgs.forEach((text, at) => {
      const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
      svg.style.maxWidth = `${svg.getAttribute("width")}px`;
      svg.removeAttribute("width");
      svg.removeAttribute("height");
      svg.setAttribute("class", `chart ${SIZES[at]}`);
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", held.described);
      [...svg.children].forEach((part) => part.setAttribute("aria-hidden", "true"));
      holder.before(document.importNode(svg, true));
    });
    holder.remove();
  };

  // Every chart below an element that is to be seen: those in what is folded wait until it is unfolded.
  const drawAll = (root) => Promise.all(
    [...root.querySelectorAll("script.undrawn")].filter((holder) => !holder.closest("details:not([open])")).map(draw));

  const save = (name, type, parts) => {
    const link = Object.assign(document.createElement("a"), {
      download: name, href: URL.createObjectURL(new Blob(parts, { type })),
    });
    link.click();
    URL.revokeObjectURL(link.href);
  };

  const element = (name, attributes, text = "") => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.textContent = text;
    return made;
  };

  const lines = (text, most) => text.split(/\s+/).reduce((found, word) => {
    const last = found.at(-1);
    if (last && (last + " " + word).length <= most) found[found.length - 1] = last + " " + word;
    else found.push(word);
    return found;
  }, []);

  // The chart with what stands around it on the page: its sentence above, its unit, its source and the notice below.
  const whole = (figure) => {
    const chart = figure.querySelector("svg.wide").cloneNode(true);
    const [, , width, height] = chart.getAttribute("viewBox").split(/[ ,]+/).map(Number);
    const told = (selector) => figure.querySelector(selector)?.textContent.trim() ?? "";
    const notice = document.querySelector(".notice strong")?.textContent ?? "";
    const wide = Math.max(width, 520);
    const above = [...lines(told("h2, h3, h4"), wide / 9.5).map((text) => [text, 18, 600]),
      ...lines(told(".unit"), wide / 6.8).map((text) => [text, 13, 400])];
    const below = [...lines(told(".source"), wide / 6).map((text) => [text, 12, 400]), [notice, 13, 700]];
    const top = above.length * 24 + 12;
    const made = element("svg", { xmlns: "http://www.w3.org/2000/svg", width: wide, height: top + height + below.length * 19 + 16,
      "font-family": "sans-serif" });
    made.append(element("rect", { width: "100%", height: "100%", fill: "#fff" }));
    above.forEach(([text, size, weight], at) => made.append(
      element("text", { x: 12, y: 24 + at * 24, "font-size": size, "font-weight": weight }, text)));
    below.forEach(([text, size, weight], at) => made.append(
      element("text", { x: 12, y: top + height + 16 + at * 19, "font-size": size, "font-weight": weight }, text)));
    Object.entries({ x: 0, y: top, width, height }).forEach(([key, value]) => chart.setAttribute(key, value));
    made.append(chart);
    return { text: new XMLSerializer().serializeToString(made), width: wide, height: Number(made.getAttribute("height")) };
  };

  const asPng = (svg, done) => {
    const image = new Image();
    image.onload = () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: svg.width * 2, height: svg.height * 2 });
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(done, "image/png");
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg.text);
  };

  // A cell as a spreadsheet reads it: numbers without thin spaces, and no text that it would take for a formula.
  const cell = (entry) => {
    const text = entry.textContent.trim().replace(/\s+/g, " ");
    const number = text.replace(/[\u202f\u00a0 ]/g, "").replace("−", "-").replace(/^\+/, "");
    if (/^-?\d+(,\d+)?%?p?$/.test(number)) return number;
    return '"' + text.replace(/"/g, '""').replace(/^([=+\-@])/, "'$1") + '"';
  };

  const asCsv = (figure) => {
    const table = document.getElementById(figure.dataset.table);
    const rows = [...table.rows].map((row) => [...row.cells].map(cell).join(";"));
    const notice = document.querySelector(".notice strong")?.textContent ?? "";
    return "\ufeff" + [...rows, `"${figure.querySelector(".source").textContent.trim()} ${notice}"`].join("\r\n") + "\r\n";
  };

  const formats = {
    PNG: (figure, name) => asPng(whole(figure), (blob) => save(`${name}.png`, "image/png", [blob])),
    SVG: (figure, name) => save(`${name}.svg`, "image/svg+xml", [whole(figure).text]),
    CSV: (figure, name) => save(`${name}.csv`, "text/csv", [asCsv(figure)]),
  };

  const offer = (figure) => {
    const row = Object.assign(document.createElement("div"), { className: "downloads" });
    const title = figure.querySelector("h2, h3, h4").textContent.trim();
    for (const [format, download] of Object.entries(formats)) {
      if (format === "CSV" && !document.getElementById(figure.dataset.table)) continue;
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: `Hämta ${format}` });
      button.setAttribute("aria-label", `Hämta ${format}: ${title}`);
      button.addEventListener("click", () => download(figure, figure.dataset.table));
      row.append(button);
    }
    figure.append(row);
  };

  const offerAll = (root) => root.querySelectorAll("figure.answer").forEach((figure) => {
    if (!figure.querySelector(".downloads")) offer(figure);
  });

  const prepare = async (root) => {
    await drawAll(root);
    offerAll(root);
    root.querySelectorAll("details").forEach((details) => details.addEventListener("toggle", () => drawAll(details)));
  };

  window.hemvard = Object.assign(window.hemvard ?? {}, { prepareCharts: prepare, unpacked });
  prepare(document);
})();
