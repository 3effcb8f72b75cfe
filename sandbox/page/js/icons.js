// Our own line drawings on a 24 × 24 grid, as path data.

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  hash: "M5 9h15M4 15h15M10 4 8 20M16 4l-2 16",
  forum:
    "M4 5h11a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H9l-4 3v-3H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM20 9v7a2 2 0 0 1-1 2v3l-4-3h-5",
  media: "M4 5h16v14H4zM4 16l4.5-4.5 4 4 2.5-2.5 5 4.500M15.5 9.500h.01",
  news: "M4 10v4h3l8 4V6L7 10zM18.5 9.500a4 4 0 0 1 0 5",
  voice: "M4 10v4h3l5 4V6L7 10zM16 9a4 4 0 0 1 0 6",
  thread: "M5 5v8a4 4 0 0 0 4 4h6M15 13l4 4-4 4",
  gate: "M12 3l9 16H3zM12 10v4M12 16.500h.01",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.500l4.5 4.500L19 7.5",
  down: "M6 9l6 6 6-6",
  right: "M9 6l6 6-6 6",
  left: "M15 6l-6 6 6 6",
  up: "M6 15l6-6 6 6",
  gear: "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.600l2.1 2.100M16.3 16.300l2.1 2.100M5.6 18.400l2.1-2.100M16.3 7.700l2.1-2.1",
  reply: "M10 7 4 12l6 5v-3.500c5 0 8 1.5 10 5-.5-6-4-9-10-9z",
  pencil: "M4 20l1-5L16 4l4 4L9 19zM14 6l4 4",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.5 14.500a4.5 4.5 0 0 0 7 0M9 9.500h.01M15 9.500h.01",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  dots: "M5 12h.01M12 12h.01M19 12h.01",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.500a3.5 3.5 0 0 1 0 6.500M18 14a6.5 6.5 0 0 1 3.5 6",
  person: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0",
  clip: "M20 11.500l-8 8a5 5 0 0 1-7-7l8.5-8.500a3.3 3.3 0 0 1 4.7 4.700L9.8 17a1.7 1.7 0 0 1-2.4-2.400L15 7",
  send: "M4 12 3 4l18 8-18 8zM4 12h8",
  link: "M10 14 20 4M14 4h6v6M18 14v6H4V6h6",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 21 21",
  apps: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM17 14v6M14 17h6",
  menu: "M4 7h16M4 12h16M4 17h16",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  alert: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 8v5M12 16h.01",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.500V12l3 2",
  bolt: "M13 3 5 13.500h6L10 21l9-11.500h-6.500z",
  wrench:
    "M20 7.500a5 5 0 0 1-6.5 4.800L6.5 19.500a2.1 2.1 0 0 1-3-3l7.2-7A5 5 0 0 1 16.5 4L13.8 6.700l.5 2.5 2.5.5L19.5 7z",
  crown: "M4 18h16l1-10-5 4-4-7-4 7-5-4z",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  moon: "M20 14.500A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.500z",
  mail: "M3 6h18v12H3zM3 7l9 7 9-7",
  arrow: "M4 12h15M13 6l6 6-6 6",
  swap: "M4 8h14l-4-4M20 16H6l4 4",
  slash: "M15 4 9 20",
  grid: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  list: "M4 6h16M4 12h16M4 18h16",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4",
};

export function icon(name, size = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon ${size}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.alert);
  if (name === "dots") path.setAttribute("stroke-width", "3.5");
  svg.append(path);
  return svg;
}
