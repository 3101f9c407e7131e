/* For keyboards and readers aloud: names for the tools of blocks of code, a way into wide tables. */
(function () {
  function name() {
    var zh = document.documentElement.lang.slice(0, 2) === "zh";
    document.querySelectorAll("nav.md-code__nav").forEach(function (nav, i) {
      nav.setAttribute("aria-label", (zh ? "代码块 " : "Code block ") + (i + 1));
    });
    document.querySelectorAll(".md-typeset :not(pre) > code").forEach(function (code) {
      if (/^-/.test(code.textContent) && code.textContent.length < 28) code.className = "sf-whole";
    });
    document.querySelectorAll(".md-typeset__scrollwrap").forEach(function (wrap) {
      if (wrap.scrollWidth > wrap.clientWidth) wrap.tabIndex = 0;
    });
  }
  function pictures() { // on a telephone the one that was drawn for it: words keep their size
    document.querySelectorAll('.md-typeset img[src*="img/"][src$=".svg"]').forEach(function (img) {
      if (img.parentNode.nodeName === "PICTURE" || /map\.svg$/.test(img.src)) return;
      var picture = document.createElement("picture"), narrow = document.createElement("source");
      narrow.media = "(max-width: 600px)";
      narrow.srcset = img.getAttribute("src").replace(/img\/([^/]+)$/, "img/narrow/$1");
      img.replaceWith(picture);
      picture.append(narrow, img);
    });
  }
  function versions() {
    var known = window.salesfunnelVersions;
    var place = document.querySelector(".md-header__inner .md-header__option");
    if (!known || !place || document.querySelector(".sf-versions")) return;
    var rest = location.href.slice(known.root.length), zh = document.documentElement.lang.slice(0, 2) === "zh";
    var menu = document.createElement("select");
    menu.className = "sf-versions";
    menu.setAttribute("aria-label", zh ? "版本" : "Version");
    known.names.forEach(function (name) {
      menu.add(new Option(name, name, false, name === rest.split("/")[0]));
    });
    menu.addEventListener("change", function () {
      location.href = known.root + menu.value + (zh ? "/zh/index.html" : "/index.html");
    });
    place.before(menu);
  }
  versions();
  addEventListener("salesfunnel-versions", versions);
  pictures();
  name();
  addEventListener("resize", name);
  new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
})();
