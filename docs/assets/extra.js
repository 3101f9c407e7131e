/* For keyboards and readers aloud: names for the tools of blocks of code, a way into wide tables. */
(function () {
  function name() {
    var zh = document.documentElement.lang.slice(0, 2) === "zh";
    document.querySelectorAll("nav.md-code__nav").forEach(function (nav, i) {
      nav.setAttribute("aria-label", (zh ? "代码块 " : "Code block ") + (i + 1));
    });
    document.querySelectorAll(".md-typeset__scrollwrap").forEach(function (wrap) {
      if (wrap.scrollWidth > wrap.clientWidth) wrap.tabIndex = 0;
    });
  }
  name();
  addEventListener("resize", name);
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
})();
