// Arrows and the keys of a presenter turn one slide; without this script, scrolling does.
const slides = Array.from(document.querySelectorAll("section"));
const steps = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
document.addEventListener("keydown", event => {
  if (!(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey) return;
  const here = slides.findLastIndex(slide => slide.getBoundingClientRect().top <= 2);
  const next = slides[Math.max(here, 0) + steps[event.key]];
  if (next) next.scrollIntoView();
  event.preventDefault();
});
