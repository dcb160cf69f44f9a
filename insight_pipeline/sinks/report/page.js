// Makes the plots answer: each drawing gives way to a live one of the same description, as wide as the
// page is. Where this does not run, or fails, the drawing stays. `vegaEmbed` comes with the bundle.
const given = JSON.parse(document.getElementById("plots").textContent);
const NARROW = 480; // pixels in which four names of a legend do not fit beside each other
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
  const legend = { ...plot.config.legend, columns: place.clientWidth < NARROW ? 2 : 0 };
  const fitting = { ...plot, width: "container", config: { ...plot.config, legend } };
  vegaEmbed(place, fitting, options).then(
    () => place.parentElement.classList.add("is-live"),
    () => place.replaceChildren(),
  );
}
