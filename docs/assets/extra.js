/* Names for what the theme leaves without: the tools of each block of code. */
(function () {
  function name() {
    var zh = document.documentElement.lang.slice(0, 2) === "zh";
    document.querySelectorAll("nav.md-code__nav").forEach(function (nav, i) {
      nav.setAttribute("aria-label", (zh ? "代码块 " : "Code block ") + (i + 1));
    });
  }
  name();
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
})();
