// Sets the colour scheme before the first paint. A classic script, so that it runs before the page is drawn.
"use strict";
(() => {
  const chosen = localStorage.getItem("sandbox.theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
})();
