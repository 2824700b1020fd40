// Sets the colour scheme before the first paint, so a dark room never flashes white.
(function () {
  var wanted = null;
  try {
    wanted = window.localStorage.getItem("octavo.scheme");
  } catch {
    // Storage may be refused; the system's wish then decides.
  }
  var dark =
    wanted === "dark" || (wanted !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
