// Shows the parts of a page that the reader chooses. The choices stand in the address after #, so that a link shows the
// same, and the browser's back button leads to what was chosen before. The views lie in a script beside the page, which
// is read when something else than the first view is chosen.
(() => {
  const form = document.getElementById("val");
  const source = document.currentScript.dataset.views;
  const lists = [...form.querySelectorAll("select")];
  let views;

  const loaded = () => views ??= new Promise((done, failed) => {
    window.hemvard.views = (packed) => window.hemvard.unpacked(packed).then(done, failed);
    document.head.append(Object.assign(document.createElement("script"), { src: source, onerror: failed }));
  });

  const first = () => Object.fromEntries(lists.map((list) => [list.name, list.dataset.first]));

  // What the address says, where it says something that the lists have; else what the page opens with.
  const asked = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    const known = lists.filter((list) => [...list.options].some((option) => option.value === said.get(list.name)));
    return { ...first(), ...Object.fromEntries(known.map((list) => [list.name, said.get(list.name)])) };
  };

  const address = (chosen) => {
    const other = Object.entries(chosen).filter(([name, value]) => value !== first()[name]);
    return "#" + new URLSearchParams(other.length ? other : [[lists[0].name, chosen[lists[0].name]]]);
  };

  const fill = (block, chosen, found) => {
    const key = block.dataset.by.split(" ").map((name) => chosen[name]).join("|");
    if (key === block.dataset.shown) return undefined;
    block.innerHTML = found[block.dataset.block][key] ?? "";
    block.dataset.shown = key;
    window.hemvard.prepareTables(block);
    return window.hemvard.prepareCharts(block);
  };

  const show = async (chosen) => {
    lists.forEach((list) => { list.value = chosen[list.name]; });
    const blocks = [...document.querySelectorAll(".block")];
    blocks.forEach((block) => block.setAttribute("aria-busy", "true"));
    const found = await loaded();
    await Promise.all(blocks.map((block) => fill(block, chosen, found)));
    blocks.forEach((block) => block.removeAttribute("aria-busy"));
    const told = lists.map((list) => list.selectedOptions[0].textContent).join(", ");
    form.querySelector("[role=status]").textContent = `Sidan visar: ${told}`;
  };

  const isChoice = () => location.hash.includes("=");
  const isFirst = () => JSON.stringify(asked()) === JSON.stringify(first());

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    location.hash = address(Object.fromEntries(lists.map((list) => [list.name, list.value])));
  });
  window.addEventListener("hashchange", () => { if (isChoice() || !location.hash) show(asked()); });
  if (isChoice() && !isFirst()) show(asked());
})();
