// Finds rows of the dictionary by the words that are typed; without it the whole dictionary shows.
(() => {
  const box = document.getElementById("sok"), told = document.getElementById("traffar");
  const tables = [...document.querySelectorAll("section[data-words]")];
  const low = (text) => text.toLocaleLowerCase("sv");
  const search = () => {
    const words = low(box.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const table of tables) {
      const rows = [...table.querySelectorAll("tbody tr")];
      for (const row of rows) {
        const text = low(table.dataset.words + " " + row.textContent);
        row.hidden = !words.every((word) => text.includes(word));
        found += row.hidden ? 0 : 1;
      }
      table.hidden = rows.every((row) => row.hidden);
    }
    document.getElementById("oversikt").hidden = words.length > 0;
    told.textContent = words.length ? found + (found === 1 ? " kolumn" : " kolumner") : "";
  };
  document.getElementById("sokning").hidden = false;
  box.addEventListener("input", search);
  search();
})();
