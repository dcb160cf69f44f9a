// Makes the plots answer: each drawing gives way to a live one of the same description, as wide as the
// page is. Where this does not run, or fails, the drawing stays. `vegaEmbed` comes with the bundle.
const given = JSON.parse(document.getElementById("plots").textContent);
const NARROW = 480; // pixels in which the names of a legend do not fit beside each other
const options = {
  mode: "vega-lite",
  renderer: "svg",
  actions: false,
  ast: true, // no code from texts: the page's policy forbids it
  defaultStyle: false,
  tooltip: { disableDefaultStyle: true },
  formatLocale: given.numbers,
  timeFormatLocale: given.dates,
};
for (const place of document.querySelectorAll("[data-plot]")) {
  const plot = given.plots[place.dataset.plot];
  const columns = plot.encoding.color.scale.domain.length > 2 ? 2 : 1;
  const legend = { ...plot.config.legend, columns: place.clientWidth < NARROW ? columns : 0 };
  const fitting = { ...plot, width: "container", config: { ...plot.config, legend } };
  vegaEmbed(place, fitting, options).then(
    () => place.parentElement.classList.add("is-live"),
    () => place.replaceChildren(),
  );
}

// Where the grid of hours is wider than the page, its fullest hour should be in sight.
function showFullest() {
  for (const grid of document.querySelectorAll(".heat")) {
    const fullest = grid.querySelector(".shade-6");
    if (fullest) grid.scrollLeft = fullest.offsetLeft - grid.clientWidth / 2;
  }
}
showFullest();
document.querySelector(".choices")?.addEventListener("change", showFullest);
